// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/run_record.h"

#include <boost/optional.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    using Json = Summary::Json;

    constexpr const char *give_a_run =
      "Give the run folder of sgdfp-stationary, sgdfp-transient or "
      "sgdfp-ensemble, such as output/two_layer_network-stationary.";



    /// The number at a path of keys; empty where there is none, or a null.
    boost::optional<double> number_at(const Json                     &node,
                                      const std::vector<std::string> &keys)
    {
      const Json *here = &node;
      for (const std::string &key : keys)
        {
          if (!here->is_object() || !here->contains(key))
            return {};
          here = &here->at(key);
        }
      if (!here->is_number())
        return {};
      return here->get<double>();
    }



    /// Entry [i] or [i][j] of an array that may be null.
    double entry(const Json                      &moments,
                 const std::string               &key,
                 const std::vector<unsigned int> &indices)
    {
      if (!moments.contains(key))
        return 0;
      const Json *here = &moments.at(key);
      for (const unsigned int i : indices)
        {
          if (!here->is_array() || i >= here->size())
            return 0;
          here = &here->at(i);
        }
      return here->is_number() ? here->get<double>() : 0;
    }
  } // namespace



  RunRecord::RunRecord(const MPI_Comm communicator, const std::string &folder)
    : folder(folder)
  {
    const std::string text = run_on_root(communicator, [&]() {
      namespace fs = std::filesystem;
      std::error_code ignored;
      if (!fs::is_directory(folder, ignored))
        throw error("there is no such folder", give_a_run);
      std::ifstream     in(fs::path(folder) / "summary.json");
      std::stringstream content;
      content << in.rdbuf();
      if (!in)
        throw error("there is no summary.json in it, so that no run in it has "
                    "ended",
                    give_a_run);
      return content.str();
    });
    summary                = Json::parse(text, nullptr, false);
    check();
  }



  UserError RunRecord::error(const std::string &why,
                             const std::string &way_out) const
  {
    return UserError("Cannot compare '" + folder + "': " + why + ". " +
                     way_out);
  }



  void RunRecord::check() const
  {
    const bool is_whole = summary.is_object() && summary.contains("program") &&
                          summary.contains("status") &&
                          summary.contains("dimension") &&
                          summary.contains("variables");
    if (!is_whole)
      throw error("its summary.json is not one of a run", give_a_run);
    if (program() != "sgdfp-stationary" && program() != "sgdfp-transient" &&
        program() != "sgdfp-ensemble")
      throw error("it is a run of " + program() + ", which leaves no law",
                  give_a_run);
    const std::string status = summary.at("status").get<std::string>();
    if (status != "ok")
      throw error("its run was refused (" + status + ") and left no law",
                  "Its summary.json says why; solve that first.");
    if (summary.contains("kinetic") && program() == "sgdfp-transient")
      throw error("its checkpoint is that of a law of parameters and "
                  "velocities",
                  "Compare the stationary law or the ensemble with momentum, "
                  "or plain SGD.");
  }



  bool RunRecord::is_ensemble() const
  {
    return program() == "sgdfp-ensemble";
  }



  std::string RunRecord::program() const
  {
    return summary.at("program").get<std::string>();
  }



  unsigned int RunRecord::dimension() const
  {
    return summary.at("dimension").get<unsigned int>();
  }



  std::vector<std::string> RunRecord::variables() const
  {
    return summary.at("variables").get<std::vector<std::string>>();
  }



  double RunRecord::density_error() const
  {
    return number_at(summary, {"density", "estimated_error"}).value_or(0);
  }



  std::vector<double> RunRecord::effective_samples() const
  {
    std::vector<double> numbers;
    for (const std::string &name : variables())
      if (const auto number =
            number_at(summary, {"parameters", name, "effective_samples"}))
        numbers.push_back(*number);
    if (numbers.size() < dimension())
      numbers.clear();
    return numbers;
  }



  std::vector<ReportedMean> RunRecord::means() const
  {
    std::vector<ReportedMean> means;
    const auto add = [&](const Json &node, const std::string &name) {
      if (const auto mean = number_at(node, {"mean"}))
        means.push_back({"observables/" + name,
                         "E[" + name + "]",
                         *mean,
                         number_at(node, {"standard_error"}).value_or(0)});
    };
    const Json observables = summary.value("observables", Json::object());
    for (const auto &[name, node] : observables.items())
      add(node, name);
    // In a run of densities the loss is one of the observables.
    if (summary.contains("loss") && !observables.contains("loss"))
      add(summary.at("loss"), "loss");

    const Json moments = summary.value("moments", Json::object());
    const auto names   = variables();
    if (moments.contains("mean") && moments.at("mean").is_array())
      for (unsigned int i = 0; i < names.size(); ++i)
        means.push_back({"parameters/" + names[i],
                         "E[" + names[i] + "]",
                         entry(moments, "mean", {i}),
                         entry(moments, "mean_standard_error", {i})});
    if (moments.contains("covariance") && moments.at("covariance").is_array())
      for (unsigned int i = 0; i < names.size(); ++i)
        for (unsigned int j = i; j < names.size(); ++j)
          means.push_back(
            {"covariances/" + names[i] + ", " + names[j],
             "Cov[" + names[i] + ", " + names[j] + "]",
             entry(moments, "covariance", {i, j}),
             entry(moments, "covariance_standard_error", {i, j})});
    return means;
  }
} // namespace sgdfp
