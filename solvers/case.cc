// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/case.h"

#include "base/matrix_entry.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace sgdfp
{
  namespace fs       = std::filesystem;
  namespace Patterns = dealii::Patterns;

  namespace
  {
    /// @throws UserError
    std::string read_text(const std::string &name)
    {
      const auto complain = [&](const std::string &why,
                                const std::string &way_out) {
        throw UserError("Cannot read the case file '" + name + "'" + why +
                        ". " + way_out);
      };
      std::error_code ignored;
      const auto      kind = fs::status(name, ignored).type();
      // A device has no end, and a pipe perhaps nobody who writes into it.
      if (kind != fs::file_type::regular && kind != fs::file_type::directory &&
          kind != fs::file_type::not_found && kind != fs::file_type::none)
        complain(", which is a device or a pipe", "Give a file.");
      constexpr std::uintmax_t largest = 10000000; // no case that was written
      std::ifstream            in(name);
      if (kind != fs::file_type::regular || !in)
        complain("", "Check the path; the shipped cases are in cases/.");
      if (fs::file_size(name, ignored) > largest)
        complain(", which has more than 10 MB",
                 "Case files are small; the shipped ones are in cases/.");
      std::stringstream content;
      content << in.rdbuf();
      if (content.str().find_first_not_of(" \t\r\n") == std::string::npos)
        complain(", which is empty", "The shipped cases are in cases/.");
      // Messages end at a zero byte.
      if (content.str().find('\0') != std::string::npos)
        complain(", which is no text: it has bytes that are 0",
                 "Save it as text, in UTF-8.");
      return content.str();
    }
  } // namespace



  void OutputParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    prm.enter_subsection("Output");
    prm.add_parameter("directory",
                      directory,
                      "Run folders are <directory>/<case>-<question>");
    prm.add_parameter("figures", figures, "Draw figures/*.png");
    prm.add_parameter(
      "potential limit",
      potential_limit,
      "Most unknowns of the vector potential whose curl is the "
      "closed current in 3-D (about 5 kB each); with more there "
      "is none",
      Patterns::Integer(0));
    prm.leave_subsection();
  }



  Case::Case()
  {
    dealii::ParameterHandler &prm = file.handler();
    prm.add_parameter("dimension",
                      dimension,
                      "Number of parameters",
                      Patterns::Integer(1, 3));
    prm.add_parameter("variables",
                      variables,
                      "Names of the parameters in expressions and on axes; "
                      "theta1, theta2, .. if empty");
    loss.add_parameters(prm);
    optimiser.add_parameters(prm);
    noise.add_parameters(prm);
    time.add_parameters(prm);
    initial_density.add_parameters(prm);
    domain.add_parameters(prm);
    discretisation.add_parameters(prm);
    solver.add_parameters(prm);
    reference.add_parameters(prm);
    observables.add_parameters(prm);
    generalisation.add_parameters(prm);
    samples.add_parameters(prm);
    spectrum.add_parameters(prm);
    chain.add_parameters(prm);
    ensemble.add_parameters(prm);
    paths.add_parameters(prm);
    learning.add_parameters(prm);
    sweep.add_parameters(prm);


    output.add_parameters(prm);
  }



  void Case::read(const MPI_Comm                  communicator,
                  const std::string              &name,
                  const std::vector<std::string> &overrides)
  {
    filename = name;
    text     = run_on_root(communicator, [&]() { return read_text(name); });
    file.parse(text, name);
    for (const std::string &assignment : overrides)
      file.override_entry(assignment);
    with_places([this]() { check(); });
  }



  std::string Case::name() const
  {
    return fs::path(filename).stem().string();
  }



  std::string Case::folder() const
  {
    return fs::path(filename).parent_path().string();
  }



  std::map<std::string, std::string> Case::physics() const
  {
    std::map<std::string, std::string> entries = file.values();
    for (auto entry = entries.begin(); entry != entries.end();)
      if (entry->first.rfind("Output/", 0) == 0 ||
          entry->first.rfind("Sweep/", 0) == 0 ||
          entry->first == "Time/checkpoint interval")
        entry = entries.erase(entry);
      else
        ++entry;
    return entries;
  }



  void Case::with_places(const std::function<void()> &work) const
  {
    try
      {
        work();
      }
    catch (const EntryError &error)
      {
        throw UserError(file.explain(error));
      }
  }



  void Case::check_variables()
  {
    if (variables.empty())
      for (unsigned int d = 0; d < dimension; ++d)
        variables.push_back("theta" + std::to_string(d + 1));
    std::string text;
    for (const std::string &v : variables)
      text += (text.empty() ? "" : ", ") + v;
    if (variables.size() != dimension)
      throw EntryError("variables",
                       text,
                       "the dimension is " + std::to_string(dimension),
                       "Give one name per parameter, or leave it empty.");
    std::set<std::string> seen;
    for (const std::string &v : variables)
      {
        if (!is_free_name(v) || !seen.insert(v).second)
          throw EntryError("variables",
                           text,
                           "'" + v + "' is no name of its own",
                           "Names are different, start with a letter, hold "
                           "letters, digits and _, and are no functions.");
      }
  }



  Vocabulary Case::vocabulary() const
  {
    return {variables,
            parse_constants("Loss/Expression/constants",
                            loss.constants,
                            variables)};
  }



  void Case::check_momentum() const
  {
    if (!optimiser.is_underdamped())
      return;
    const bool by_momentum = (optimiser.momentum > 0);
    const auto refuse      = [&](const std::string &reason,
                            const std::string &remedy) {
      throw EntryError(by_momentum ? "Optimiser/momentum" :
                                     "Optimiser/friction",
                       by_momentum ? to_text(optimiser.momentum) :
                                          optimiser.friction,
                       reason,
                       remedy);
    };
    if (dimension > 2)
      refuse("phase space has twice the dimension: momentum is for one and two "
             "parameters",
             "Take a slice of the network (Loss/Deep linear network/slice), or "
             "plain SGD at learning rate/(1 - momentum).");
    if (noise.stable.is_on())
      refuse("jumps (Noise/Stable/alpha < 2) are for plain SGD",
             "Set alpha = 2, or momentum = 0 and friction = auto.");
    if (time.is_fractional())
      refuse("subdiffusion (Time/caputo order < 1) is for plain SGD",
             "Set caputo order = 1, or momentum = 0 and friction = auto.");
    if (loss.is_balanced())
      refuse("the parameters of a balanced network are curved coordinates, in "
             "which momentum has no equation of its own",
             "Use structure = full or diagonal.");
    if (noise.calculus != "ito")
      throw EntryError("Noise/calculus",
                       noise.calculus,
                       "with momentum noise acts on velocities and has only "
                       "one meaning, whose limit for large friction is ito",
                       "Set calculus = ito.");
    if (discretisation.trial_space != "self-consistent")
      throw EntryError("Discretisation/trial space",
                       discretisation.trial_space,
                       "with momentum it is exp(-L/T_U), chosen from the noise "
                       "(unweighted forms are unstable)",
                       "Leave the entry out.");
    for (const auto &[name, N] :
         {std::make_pair("hermite degree", discretisation.hermite_degree),
          std::make_pair("maximum hermite degree",
                         discretisation.maximum_hermite_degree)})
      if (N % 2 == 1)
        throw EntryError(std::string("Discretisation/") + name,
                         std::to_string(N),
                         "must be even",
                         "Use " + std::to_string(N + 1) + ".");
  }



  void Case::check()
  {
    check_variables();
    vocabulary();
    loss.check(dimension);
    optimiser.check();
    noise.check(dimension);
    domain.check(dimension);
    if (domain.shape == "ball" && !noise.stable.is_on())
      throw EntryError("Domain/shape",
                       domain.shape,
                       "without jumps a process leaves a ball through its "
                       "sphere, and needs no mesh outside of it",
                       "Set Noise/Stable/alpha < 2, or use a box with "
                       "Domain/absorbing = an expression.");
    check_momentum();
    time.check();

    initial_density.check(domain.lower, domain.upper);
    if (initial_density.mean.empty())
      for (unsigned int d = 0; d < dimension; ++d)
        initial_density.mean.push_back((domain.lower[d] + domain.upper[d]) / 2);
    if (loss.is_balanced())
      for (const double l : domain.lower)
        if (l < 0)
          throw EntryError("Domain/lower",
                           to_text(MatrixRows{domain.lower}),
                           "the parameters of a balanced network are products "
                           "w >= 0 of its layers",
                           "Let the box begin at 0: nothing crosses it.");
    reference.check();
    observables.check(domain.lower, domain.upper);
    generalisation.check(loss, dimension);
    samples.check(vocabulary());
    if (samples.samples > 0 && domain.shape == "ball")
      throw EntryError("Observables/samples",
                       std::to_string(samples.samples),
                       "there are no draws from laws in balls",
                       "Use a box.");
    if (domain.absorbing != "boundary" && !domain.absorbing.empty())
      parse_entry("Domain/absorbing", domain.absorbing, vocabulary());
    spectrum.check(vocabulary());
    chain.check();
    ensemble.check(dimension);
    paths.check(dimension);
    learning.check(dimension);
    sweep.check();
  }
} // namespace sgdfp
