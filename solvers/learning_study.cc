// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/learning_study.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/statistics_file.h"
#include "base/text.h"
#include "models/minimum_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::Point;

  void LearningParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Learning coefficient");
    prm.add_parameter("region",
                      region,
                      "Where sgdfp-landscape looks for the learning "
                      "coefficient: the box, a cube around a point, or "
                      "nowhere; auto is the box unless there are Trajectories",
                      Patterns::Selection("auto|box|point|none"));
    prm.add_parameter("point", point, "Centre of the cube, a minimum");
    prm.add_parameter("radius",
                      radius,
                      "Half the side of the cube",
                      Patterns::Double(0));
    prm.add_parameter("sample sizes",
                      sizes,
                      "Further n of free energies -log int exp(-n (L - L_0))");
    prm.add_parameter("levels",
                      levels,
                      "Further eps of volumes of {L - L_0 < eps}");
    prm.add_parameter("tolerance",
                      tolerance,
                      "Relative error of integrals; 0 is 1e-9, in three "
                      "dimensions 1e-5",
                      Patterns::Double(0, 1e-2));
    prm.leave_subsection();
  }



  void LearningParameters::check(const unsigned int dimension) const
  {
    if (region == "point" && point.size() != dimension)
      throw EntryError("Learning coefficient/point",
                       to_text(MatrixRows{point}),
                       "the dimension is " + std::to_string(dimension),
                       "Give as many numbers.");
    if (region == "point" && !(radius > 0))
      throw EntryError("Learning coefficient/radius",
                       to_text(radius),
                       "must be positive",
                       "Half of the distance to the next minimum is usual.");
    for (const auto &[name, values] : {std::make_pair("sample sizes", &sizes),
                                       std::make_pair("levels", &levels)})
      for (const double x : *values)
        if (!(x > 0))
          throw EntryError(std::string("Learning coefficient/") + name,
                           to_text(MatrixRows{*values}),
                           "must be positive",
                           "Separate numbers by commas.");
  }



  bool LearningParameters::is_wanted(const bool has_paths) const
  {
    return region != "none" && !(region == "auto" && has_paths);
  }



  template <int dim>
  LearningStudy<dim>::LearningStudy(const LearningParameters &parameters,
                                    const Loss<dim>          &loss,
                                    const Point<dim>         &lower,
                                    const Point<dim>         &upper,
                                    const MPI_Comm            communicator)
    : parameters(parameters)
    , loss(loss)
    , lower(lower)
    , upper(upper)
    , communicator(communicator)
  {
    if (parameters.region == "point")
      for (unsigned int d = 0; d < dim; ++d)
        {
          this->lower[d] = parameters.point[d] - parameters.radius;
          this->upper[d] = parameters.point[d] + parameters.radius;
        }
    find_minimum();
    compute();
  }



  template <int dim>
  void LearningStudy<dim>::find_minimum()
  {
    const auto minima =
      find_minima(loss, SearchBox<dim>{lower, upper}, communicator);
    if (minima.points.empty())
      throw Refusal("no minimum",
                    "no descent converges to a minimum of the loss in the "
                    "region of the learning coefficient. Enlarge the box, or "
                    "set Learning coefficient/region = none");
    minimum          = minima.value;
    Point<dim> where = minima.points.front();
    if (parameters.region == "point")
      {
        for (unsigned int d = 0; d < dim; ++d)
          where[d] = parameters.point[d];
        const double here = loss.value(where);
        if (here - minimum > std::max(minima.tolerance, 1e-9 * (1 + minimum)))
          throw EntryError("Learning coefficient/point",
                           to_text(where),
                           "L is " + to_text(here) + " there, and " +
                             to_text(minimum) +
                             " elsewhere within the radius: it is no minimum",
                           "Choose a minimum, or a smaller radius.");
      }
    // Of points so near that L is the same but for round-off
    for (unsigned int k = 0; k < 64; ++k)
      {
        Point<dim> near = where;
        for (unsigned int d = 0; d < dim; ++d)
          near[d] *= 1 + 1e-13 * ((k >> (2 * d)) % 4);
        noise = std::max(noise, std::abs(loss.value(near) - loss.value(where)));
      }
    noise = std::max(noise, 2e-16 * std::abs(minimum));
    // The largest L - L_0 of a grid
    scale = 0;
    for (unsigned int k = 0; k < std::pow(5, dim); ++k)
      {
        Point<dim>   point;
        unsigned int rest = k;
        for (unsigned int d = 0; d < dim; ++d, rest /= 5)
          point[d] = lower[d] + (upper[d] - lower[d]) * (rest % 5) / 4;
        const double value = loss.value(point) - minimum;
        if (std::isfinite(value))
          scale = std::max(scale, value);
      }
    if (!(scale > 0))
      throw Refusal("no minimum", "the loss is constant in the region");
  }



  namespace
  {
    /// A sequence with further values, sorted
    std::vector<double> with_further(std::vector<double>        sequence,
                                     const std::vector<double> &further,
                                     const bool                 ascending)
    {
      sequence.insert(sequence.end(), further.begin(), further.end());
      std::sort(sequence.begin(), sequence.end());
      sequence.erase(std::unique(sequence.begin(), sequence.end()),
                     sequence.end());
      if (!ascending)
        std::reverse(sequence.begin(), sequence.end());
      return sequence;
    }



    std::vector<double> without(const std::vector<double> &values,
                                const std::vector<double> &keys,
                                const std::vector<double> &kept_keys)
    {
      std::vector<double> result;
      for (std::size_t i = 0; i < values.size(); ++i)
        if (std::count(kept_keys.begin(), kept_keys.end(), keys[i]) > 0)
          result.push_back(values[i]);
      return result;
    }
  } // namespace



  template <int dim>
  void LearningStudy<dim>::compute()
  {
    // A power of 4, so that the sequences do not depend on the last digit of
    // the scale.
    const int    power = std::ceil(std::log(scale) / std::log(4));
    const double unit  = std::pow(4, power);
    // In three dimensions to n = 1e6, for the time it takes
    const unsigned int  n_values = (dim == 3 ? std::max(11, 11 + power) : 21);
    std::vector<double> sizes, levels;
    for (unsigned int j = 0; j < n_values; ++j)
      {
        sizes.push_back(std::pow(4, j) / unit);
        if (dim < 3)
          levels.push_back(unit * std::pow(4, -static_cast<int>(j)));
      }
    if (dim == 3 && !parameters.levels.empty())
      for (double eps = unit; eps > parameters.levels.back() / 4; eps /= 4)
        levels.push_back(eps);
    const double tolerance =
      (parameters.tolerance > 0 ? parameters.tolerance :
                                  (dim == 3 ? 1e-5 : 1e-9));
    integrals = std::make_unique<SublevelIntegrals<dim>>(
      loss, minimum, lower, upper, tolerance, communicator);
    integrals->compute(with_further(levels, parameters.levels, false),
                       with_further(sizes, parameters.sizes, true),
                       noise);
    const auto &I = *integrals;
    if (!levels.empty())
      by_volume = fit_scaling(without(I.levels, I.levels, levels),
                              without(I.volumes, I.levels, levels),
                              without(I.volume_errors, I.levels, levels),
                              dim);
    std::vector<double> x, Z;
    for (const double n : without(I.n, I.n, sizes))
      x.push_back(1 / n);
    for (const double log_Z : without(I.log_Z, I.n, sizes))
      Z.push_back(std::exp(log_Z));
    by_free_energy = fit_scaling(x, Z, without(I.Z_errors, I.n, sizes), dim);
  }



  namespace
  {
    Summary::Json to_json(const ScalingFit &fit)
    {
      return {{"lambda", fit.lambda},
              {"multiplicity", fit.multiplicity},
              {"lambda_error", fit.lambda_error},
              {"residual", fit.residual},
              {"coefficients", fit.coefficients}};
    }
  } // namespace



  template <int dim>
  void LearningStudy<dim>::report(Summary &summary) const
  {
    const auto &I = *integrals;
    summary.set("learning/region",
                parameters.region == "point" ? "point" : "box");
    summary.set("learning/minimum", minimum);
    const std::string unresolved =
      "what is known of it does not follow a power and its logarithms";
    for (const auto &[key, fit] :
         {std::make_pair("by_volume", &by_volume),
          std::make_pair("by_free_energy", &by_free_energy)})
      if (fit->is_resolved)
        summary.set(std::string("learning/") + key, to_json(*fit));
      else
        summary.set_null(std::string("learning/") + key,
                         I.levels.empty() && fit == &by_volume ?
                           "volumes are computed in three dimensions only "
                           "where Learning coefficient/levels asks for them" :
                           unresolved);
    const ScalingFit *best = (by_free_energy.is_resolved ? &by_free_energy :
                              by_volume.is_resolved      ? &by_volume :
                                                           nullptr);
    const bool agree = !by_volume.is_resolved || !by_free_energy.is_resolved ||
                       by_volume.multiplicity == by_free_energy.multiplicity;
    if (best != nullptr && agree)
      {
        double error = best->lambda_error;
        if (by_volume.is_resolved && by_free_energy.is_resolved)
          error =
            std::max({error,
                      by_volume.lambda_error,
                      std::abs(by_volume.lambda - by_free_energy.lambda)});
        summary.set("learning/lambda", best->lambda);
        summary.set("learning/multiplicity", best->multiplicity);
        summary.set("learning/lambda_error", error);
      }
    else
      for (const char *key : {"lambda", "multiplicity", "lambda_error"})
        summary.set_null(std::string("learning/") + key,
                         agree ? unresolved :
                                 "volumes and free energies disagree about "
                                 "the multiplicity");
    summary.set("learning/largest_sample_size", I.n.back());
    summary.set("learning/integrals_converged", I.has_converged);
    Summary::Json rows = Summary::Json::array();
    for (std::size_t i = 0; i < I.n.size(); ++i)
      if (std::count(parameters.sizes.begin(), parameters.sizes.end(), I.n[i]))
        rows.push_back({{"n", I.n[i]},
                        {"minus_log_Z", -I.log_Z[i]},
                        {"error", I.Z_errors[i]},
                        {"n_mean", I.n_mean[i]},
                        {"heat_capacity", I.heat_capacity[i]}});
    summary.set("learning/free_energy", rows);
    rows = Summary::Json::array();
    for (std::size_t i = 0; i < I.levels.size(); ++i)
      if (std::count(parameters.levels.begin(),
                     parameters.levels.end(),
                     I.levels[i]))
        rows.push_back({{"level", I.levels[i]},
                        {"volume", I.volumes[i]},
                        {"error", I.volumes[i] * I.volume_errors[i]}});
    summary.set("learning/volumes", rows);
  }



  template <int dim>
  void LearningStudy<dim>::write(const std::string &folder) const
  {
    const auto  &I     = *integrals;
    const double none  = std::numeric_limits<double>::quiet_NaN();
    const auto   table = [&](const std::string                      &name,
                           const std::vector<std::string>         &columns,
                           const std::vector<std::vector<double>> &rows) {
      StatisticsFile file(communicator, folder + "/" + name, columns);
      file.open();
      for (const auto &row : rows)
        file.add(row);
    };
    std::vector<std::vector<double>> rows;
    for (std::size_t i = 0; i < I.n.size(); ++i)
      rows.push_back({I.n[i],
                      -I.log_Z[i],
                      I.Z_errors[i],
                      I.n_mean[i],
                      I.heat_capacity[i],
                      by_free_energy.is_resolved ?
                        -std::log(by_free_energy.value(1 / I.n[i])) :
                        none});
    table("free_energy.csv",
          {"n", "minus_log_Z", "error", "n_mean_K", "heat_capacity", "fit"},
          rows);
    rows.clear();
    for (std::size_t i = 0; i < I.levels.size(); ++i)
      rows.push_back(
        {I.levels[i],
         I.volumes[i],
         I.volume_errors[i],
         by_volume.is_resolved ? by_volume.value(I.levels[i]) : none});
    if (!rows.empty())
      table("volumes.csv", {"level", "volume", "relative_error", "fit"}, rows);
    rows.clear();
    for (const auto *fit : {&by_free_energy, &by_volume})
      rows.push_back({fit == &by_volume ? 1. : 0.,
                      fit->is_resolved ? fit->lambda : none,
                      fit->is_resolved ? fit->lambda_error : none,
                      double(fit->multiplicity)});
    table("learning.csv",
          {"by_volume", "lambda", "lambda_error", "multiplicity"},
          rows);
  }



  template <int dim>
  std::string LearningStudy<dim>::last_word() const
  {
    const auto word = [](const ScalingFit &fit) {
      return fit.is_resolved ?
               to_text(fit.lambda) + " +- " + to_text(fit.lambda_error) +
                 ", multiplicity " + std::to_string(fit.multiplicity) :
               std::string("not resolved");
    };
    std::string text =
      "  learning coefficient lambda by free energies " + word(by_free_energy);
    if (!integrals->levels.empty())
      text += "; by volumes " + word(by_volume);
    return text + "\n";
  }



  template class LearningStudy<1>;
  template class LearningStudy<2>;
  template class LearningStudy<3>;
} // namespace sgdfp
