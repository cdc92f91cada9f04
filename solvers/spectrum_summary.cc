// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/spectrum_summary.h"

#include "base/text.h"
#include "postprocess/postprocessor.h"

#include <cmath>

namespace sgdfp
{
  using Json = Summary::Json;

  namespace
  {
    /// A number, or null where it is none.
    Json number(const double x)
    {
      return std::isfinite(x) ? Json(x) : Json(nullptr);
    }



    Json to_json(const std::vector<double> &list)
    {
      Json array = Json::array();
      for (const double x : list)
        array.push_back(number(x));
      return array;
    }



    template <int dim>
    void report_sets(const SpectralStudy<dim> &study,
                     const double              gap_ratio,
                     Summary                  &summary)
    {
      const auto &answers = study.answers();
      if (answers.killed)
        {
          for (const char *key : {"metastable_sets", "gap_ratio", "basins"})
            summary.set_null(std::string("spectrum/") + key,
                             "of the process without an absorbing set");
          return;
        }
      summary.set("spectrum/metastable_sets", answers.gap.n_sets);
      summary.set("spectrum/gap_ratio", answers.gap.ratio);
      summary.set("spectrum/metastable_criterion",
                  "eigenvalues before the largest ratio of neighbouring "
                  "rates, if that is above " +
                    to_text(gap_ratio) + " and they are real");
      summary.set("spectrum/basins", Json::array());
      if (!answers.metastable)
        return;
      const auto &sets = *answers.metastable;
      for (std::size_t k = 0; k < sets.basins.size(); ++k)
        {
          const auto &basin = sets.basins[k];
          Json        minimum;
          for (unsigned int d = 0; d < dim; ++d)
            minimum.push_back(basin.minimum[d]);
          Json entry = {{"mass", basin.mass},
                        {"minimum", minimum},
                        {"minimum_loss", basin.least_loss},
                        {"exit_rate", nullptr},
                        {"estimated_error", nullptr},
                        {"quasi_stationary_loss", nullptr}};
          if (basin.why_no_rate.empty())
            {
              entry["exit_rate"]             = basin.exit_rate;
              entry["estimated_error"]       = number(study.basin_errors()[k]);
              entry["quasi_stationary_loss"] = basin.energy;
            }
          else
            entry["exit_rate_reason"] = basin.why_no_rate;
          summary.append("spectrum/basins", entry);
        }
      Json rates = Json::array();
      for (unsigned int k = 0; k < sets.basins.size(); ++k)
        {
          Json row = Json::array();
          for (unsigned int l = 0; l < sets.basins.size(); ++l)
            row.push_back(sets.rates(k, l));
          rates.push_back(row);
        }
      summary.set("spectrum/transition_rates", rates);
    }



    template <int dim>
    void report_killed(SpectralStudy<dim>         &study,
                       const ObservableParameters &observables,
                       Summary                    &summary)
    {
      const auto       &answers = study.answers();
      const std::string none    = "there is no Domain/absorbing";
      if (!answers.killed)
        {
          summary.set_null("spectrum/quasi_stationary", none);
          summary.set_null("spectrum/mean_first_passage", none);
          return;
        }
      SpectralProblem<dim> &problem = study.problem();
      const Vector         &law     = answers.killed->quasi_stationary;
      const std::string     path    = "spectrum/quasi_stationary/";
      summary.set(path + "exit_rate", -answers.figures[0].real());
      summary.set(path + "estimated_error", study.errors()[0]);
      summary.set(path + "mean_exit_time", -1 / answers.figures[0].real());
      Json        mean = Json::array();
      const auto &mesh = problem.discretisation;
      for (unsigned int d = 0; d < dim; ++d)
        mean.push_back(problem.expectation(
          mesh.interpolate(
            [d](const dealii::Point<dim> &theta) { return theta[d]; }),
          law));
      summary.set(path + "mean", mean);
      summary.set(path + "loss",
                  problem.expectation(
                    mesh.interpolate([&](const dealii::Point<dim> &theta) {
                      return problem.dynamics.loss().value(theta);
                    }),
                    law));
      summary.set(path + "law_error", study.law_error());
      summary.set(path + "negative_mass", answers.killed->negative_share);

      Json        list  = Json::array();
      std::size_t place = study.n_values();
      for (const auto &theta : observables.probe_points)
        {
          list.push_back({{"from", theta},
                          {"value", answers.figures[place].real()},
                          {"estimated_error", number(study.errors()[place])}});
          ++place;
        }
      summary.set("spectrum/mean_first_passage", list);
    }



    template <int dim>
    void report_transitions(const SpectralStudy<dim> &study, Summary &summary)
    {
      const auto &answers = study.answers();
      if (!answers.transitions)
        {
          summary.set_null("spectrum/committor",
                           "there are no Spectrum/from and to");
          return;
        }
      const std::size_t n     = answers.figures.size();
      const double      rate  = answers.figures[n - 2].real();
      const double      share = answers.figures[n - 1].real();
      const std::string path  = "spectrum/committor/";
      summary.set(path + "rate", rate);
      summary.set(path + "estimated_error", study.errors()[n - 2]);
      summary.set(path + "rate_out_of_from", answers.transitions->rate_from_a);
      summary.set(path + "share_last_in_from", share);
      summary.set(path + "forward_rate_constant", rate / share);
      summary.set(path + "backward_rate_constant", rate / (1 - share));
    }
  } // namespace



  void report_eigenvalues(const Spectrum                          &spectrum,
                          const std::vector<std::complex<double>> &figures,
                          const std::vector<double>               &errors_of,
                          const bool                               is_killed,
                          Summary                                 &summary)
  {
    Json        values = Json::array(), errors = Json::array();
    std::string unresolved;
    for (std::size_t i = 0; i < spectrum.size(); ++i)
      {
        const auto   value   = figures[i];
        const double bound   = spectrum.resolution;
        const bool   is_zero = (i == 0 && !is_killed);
        if (!is_zero && std::abs(value) <= bound)
          {
            values.push_back({nullptr, nullptr});
            errors.push_back(bound);
            unresolved = "an eigenvalue is below " + to_text(bound) +
                         " per unit t, which is what round-off leaves of it";
          }
        else
          {
            values.push_back({value.real(), value.imag()});
            errors.push_back(
              is_zero ? Json(0.) : number(errors_of[i] + spectrum.spreads[i]));
          }
      }
    summary.set("spectrum/eigenvalues", values);
    if (!unresolved.empty())
      summary.set("spectrum/eigenvalues_reason", unresolved);
    summary.set("spectrum/eigenvalue_errors", errors);
    summary.set("spectrum/residuals", to_json(spectrum.residuals));
    summary.set("spectrum/left_residuals", to_json(spectrum.left_residuals));
    summary.set("spectrum/adjoint_differences",
                to_json(spectrum.disagreements));
    if (std::isfinite(spectrum.imaginary_reach))
      summary.set("spectrum/imaginary_reach", spectrum.imaginary_reach);
    else
      summary.set_null("spectrum/imaginary_reach",
                       "detailed balance: every eigenvalue is real");

    if (spectrum.size() < 2)
      summary.set_null("spectrum/gap",
                       "Spectrum/eigenvalues is 1: there is no second one");
    else if (values[1][0].is_null())
      summary.set_null("spectrum/gap", unresolved);
    else
      summary.set("spectrum/gap", figures[0].real() - figures[1].real());
  }



  template <int dim>
  void report_spectrum(SpectralStudy<dim>      &study,
                       const SpectralSets<dim> &sets,
                       const Case              &a_case,
                       Summary                 &summary)
  {
    summary.set("cells", study.levels().back().cells);
    summary.set("dofs", study.levels().back().dofs);
    summary.set("spectrum/of",
                sets.absorbing ? "the process killed in Domain/absorbing" :
                                 "the process in the box");
    report_eigenvalues(study.answers().spectrum,
                       study.answers().figures,
                       study.errors(),
                       static_cast<bool>(study.answers().killed),
                       summary);
    report_sets(study, a_case.spectrum.gap_ratio, summary);
    report_killed(study, a_case.observables, summary);
    report_transitions(study, summary);
    Json levels = Json::array();
    for (const auto &level : study.levels())
      levels.push_back({{"cells", level.cells},
                        {"dofs", level.dofs},
                        {"error", number(level.error)}});
    summary.set("solver/iterations", study.answers().spectrum.iterations);
    summary.set("solver/levels", levels);
    summary.set("solver/stopped_by", study.stopped_by());
  }



  void set_spectrum_nulls(const std::string &reason, Summary &summary)
  {
    for (const char *section : {"density", "moments"})
      summary.set_null(section, reason);
    for (const char *key : {"eigenvalues",
                            "gap",
                            "metastable_sets",
                            "basins",
                            "quasi_stationary",
                            "mean_first_passage",
                            "committor"})
      summary.set(std::string("spectrum/") + key, nullptr);
    summary.set("spectrum_reason", reason);
  }



  std::string spectrum_findings(const Summary     &summary,
                                const std::string &folder)
  {
    const Json &spectrum = summary.json()["spectrum"];
    std::string text     = "\n  Findings\n    eigenvalues (per unit t)";
    for (std::size_t i = 0; i < spectrum["eigenvalues"].size(); ++i)
      {
        const Json &value = spectrum["eigenvalues"][i];
        text += "\n      ";
        if (value[0].is_null())
          {
            text += "below what round-off resolves";
            continue;
          }
        text += to_text(value[0].get<double>());
        const double imaginary = value[1].get<double>();
        if (imaginary != 0)
          text += (imaginary > 0 ? " + " : " - ") +
                  to_text(std::abs(imaginary)) + " i";
        const Json &error = spectrum["eigenvalue_errors"][i];
        if (error.is_number() && error.get<double>() > 0)
          text += "   +- " + to_text(error.get<double>());
      }
    if (spectrum["metastable_sets"].is_number())
      text += "\n    metastable sets      " +
              std::to_string(spectrum["metastable_sets"].get<int>());
    if (spectrum["basins"].is_array())
      for (const Json &basin : spectrum["basins"])
        text += "\n      mass " + to_text(basin["mass"].get<double>()) +
                (basin["exit_rate"].is_null() ?
                   "" :
                   ", exit rate " + to_text(basin["exit_rate"].get<double>()));
    if (spectrum["quasi_stationary"].is_object())
      text +=
        "\n    exit rate            " +
        to_text(spectrum["quasi_stationary"]["exit_rate"].get<double>()) +
        " +- " +
        to_text(spectrum["quasi_stationary"]["estimated_error"].get<double>());
    if (spectrum["mean_first_passage"].is_array())
      for (const Json &passage : spectrum["mean_first_passage"])
        text += "\n    mean first passage   " +
                to_text(passage["value"].get<double>()) + " from " +
                passage["from"].dump();
    if (spectrum["committor"].is_object())
      text += "\n    transitions          " +
              to_text(spectrum["committor"]["rate"].get<double>()) +
              " per unit t";
    return text + "\n  Run folder " + folder;
  }



#define INSTANTIATE(dim)                                   \
  template void report_spectrum(SpectralStudy<dim> &,      \
                                const SpectralSets<dim> &, \
                                const Case &,              \
                                Summary &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
