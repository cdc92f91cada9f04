// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/findings.h"

#include <iomanip>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    using Json = Summary::Json;



    std::string number(const Json &value, const unsigned int digits = 4)
    {
      if (value.is_null())
        return "undefined";
      std::ostringstream out;
      out << std::setprecision(digits) << value.get<double>();
      return out.str();
    }



    /// One line: label, value, remark.
    std::string line(const std::string &label, const std::string &text)
    {
      std::ostringstream out;
      constexpr int width = 22; // of the longest built-in name, E[..] included
      out << "  " << std::left << std::setw(width) << label << ' ' << text
          << '\n';
      return out.str();
    }



    std::string verdict(const Json &balance)
    {
      if (balance.at("holds").is_null())
        return "detailed balance is undecided: " +
               balance.at("holds_reason").get<std::string>();
      std::string text = balance.at("holds").get<bool>() ?
                           "detailed balance holds" :
                           "detailed balance is broken";
      if (!balance.at("certificate").is_null())
        text += " (certificate " + number(balance.at("certificate"), 2) +
                " of at most 1)";
      return text;
    }



    /// The current with its error bar and its noise floor.
    std::string current_text(const Json &current, const Json &balance)
    {
      std::string text = "integral of |J| = " + number(current.at("l1")) +
                         (current.at("estimated_error").is_null() ?
                            "" :
                            " +- " + number(current.at("estimated_error"), 2)) +
                         " per unit t";
      if (!balance.at("negative_control_current").is_null())
        text += " (negative control " +
                number(balance.at("negative_control_current"), 2) + ")";
      return text;
    }


    std::string comparison_with_gibbs(const Json &all)
    {
      const Json &gibbs = all.at("gibbs");
      std::string text;
      if (gibbs.at("kl").is_null())
        text +=
          line("Gibbs",
               "no comparison: " + gibbs.at("kl_reason").get<std::string>());
      else
        text += line("Gibbs",
                     "KL(p|Gibbs) = " + number(gibbs.at("kl")) + " at T = " +
                       number(gibbs.at("temperature")) + ", total variation " +
                       number(gibbs.at("total_variation"), 3));
      if (!gibbs.at("closest_kl").is_null())
        text +=
          line("Closest Gibbs",
               "T* = " + number(gibbs.at("closest_temperature")) +
                 ", KL = " + number(gibbs.at("closest_kl")) + " (nominal T = " +
                 number(gibbs.at("nominal_temperature")) + ")");
      return text;
    }



    /// Observables, and what is wrong with the density.
    std::string means_and_mass(const Json &all)
    {
      const Json &density = all.at("density");
      std::string text;
      const Json  observables = all.value("observables", Json::object());
      for (const auto &[name, value] : observables.items())
        text += line("E[" + name + "]",
                     number(value.at("mean"), 10) + "  (variance " +
                       number(value.at("variance")) + ")");
      text +=
        line("Density",
             "mass - 1 = " + number(density.at("mass").get<double>() - 1, 2) +
               ", negative mass " + number(density.at("negative_mass"), 2) +
               ", at the boundary " + number(density.at("boundary_mass"), 2));
      return text;
    }
  } // namespace



  std::string findings(const Summary &summary, const std::string &folder)
  {
    const Json &all     = summary.json();
    const Json &current = all.at("current");
    std::string text    = "  Findings\n";
    text += line("Equilibrium", verdict(all.at("detailed_balance")));
    text += line("Current", current_text(current, all.at("detailed_balance")));
    text += line("Entropy production",
                 number(all.at("detailed_balance").at("entropy_production")) +
                   " per unit t");
    text += comparison_with_gibbs(all);
    if (all.contains("slice"))
      text += line("Slice",
                   number(all.at("slice").at("drift_leaving"), 3) +
                     " of the gradient and " +
                     number(all.at("slice").at("noise_leaving"), 3) +
                     " of the noise point out of it (root mean square; they "
                     "are projected away)");
    text += means_and_mass(all);
    text +=
      line("Files", folder + " (solution.pvd for ParaView, summary.json)");
    return text;
  }



  std::string density_findings(const Summary     &summary,
                               const std::string &folder)
  {
    const Json &all         = summary.json();
    std::string text        = "  Findings\n";
    const Json  oscillation = all.value("oscillation", Json::object());
    if (oscillation.contains("variance"))
      text += line("Oscillation",
                   "variance " + number(oscillation.at("variance")) +
                     " about a centre with the current " +
                     number(all.at("current").at("l1")) + " per unit t");
    else
      text += line(
        "Equilibrium",
        "undecided: " +
          all.at("detailed_balance").at("holds_reason").get<std::string>());
    text += comparison_with_gibbs(all);
    text += means_and_mass(all);
    text +=
      line("Files", folder + " (solution.pvd for ParaView, summary.json)");
    return text;
  }



  std::string kinetic_findings(const Summary     &summary,
                               const std::string &folder)
  {
    const Json &all     = summary.json();
    const Json &kinetic = all.at("kinetic"), &current = all.at("current"),
               &balance = all.at("detailed_balance");
    std::string text    = "  Findings\n";
    text += line("Equilibrium",
                 balance.at("holds").is_null() ?
                   "detailed balance is undecided: " +
                     balance.at("holds_reason").get<std::string>() :
                 balance.at("holds").get<bool>() ?
                   "detailed balance holds (velocities reversed)" :
                   "detailed balance is broken (velocities reversed)");
    text += line("Current", current_text(current, balance));
    text +=
      line("Entropy production",
           number(balance.at("entropy_production")) +
             (balance.at("entropy_production").is_null() ?
                "" :
                " +- " + number(balance.at("entropy_production_error"), 2)) +
             " per unit t");
    text +=
      line("Velocities",
           "<v v^T | theta> from " + number(kinetic.at("temperature_minimum")) +
             " to " + number(kinetic.at("temperature_maximum")) +
             ", Hermite degree " +
             std::to_string(kinetic.at("hermite_degree").get<unsigned int>()) +
             ", |c_N|/|c_0| = " + number(kinetic.at("hermite_tail"), 2));
    const Json overdamped = all.value("overdamped", Json::object());
    if (overdamped.contains("density_l1") &&
        !overdamped.at("density_l1").is_null())
      text +=
        line("Plain SGD",
             "its law differs by " + number(overdamped.at("density_l1")) +
               " in L1 (KL " + number(overdamped.at("kl"), 3) + "); current " +
               number(overdamped.at("current_l1")) + " per unit t");
    text += comparison_with_gibbs(all);
    text += means_and_mass(all);
    text +=
      line("Files", folder + " (solution.pvd for ParaView, summary.json)");
    return text;
  }
} // namespace sgdfp
