// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/initial_density.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/text.h"

#include <cmath>

namespace sgdfp
{
  namespace Patterns = dealii::Patterns;

  void InitialDensityParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    prm.enter_subsection("Time");
    prm.add_parameter("initial density",
                      type,
                      "Law of the parameters at t = 0, cut off at the box",
                      Patterns::Selection("gaussian|uniform|expression|run"));
    prm.add_parameter("mean",
                      mean,
                      "Of the Gaussian; the middle of the box if empty");
    prm.add_parameter("standard deviation",
                      standard_deviation,
                      "Of the Gaussian: one number, or one per parameter; may "
                      "be smaller than a cell");
    prm.add_parameter("expression",
                      expression,
                      "Initial density, up to a factor",
                      Patterns::Anything());
    prm.add_parameter("velocities",
                      velocities,
                      "With momentum, at t = 0: rest, as optimisers begin, or "
                      "thermal, Gaussian at the temperature that velocities "
                      "are expanded with (kinetic/temperature)",
                      Patterns::Selection("rest|thermal"));
    prm.leave_subsection();
  }



  void InitialDensityParameters::check(const std::vector<double> &lower,
                                       const std::vector<double> &upper) const
  {
    const std::size_t dimension = lower.size();
    if (!mean.empty() && mean.size() != dimension)
      throw EntryError("Time/mean",
                       to_text(MatrixRows{mean}),
                       "the dimension is " + std::to_string(dimension),
                       "Give one number per parameter.");
    for (std::size_t d = 0; d < mean.size(); ++d)
      if (!(mean[d] >= lower[d] && mean[d] <= upper[d]))
        throw EntryError("Time/mean",
                         to_text(MatrixRows{mean}),
                         "it is outside of the box (Domain/lower, upper)",
                         "Move it or enlarge the box.");
    if (standard_deviation.size() != 1 &&
        standard_deviation.size() != dimension)
      throw EntryError("Time/standard deviation",
                       to_text(MatrixRows{standard_deviation}),
                       "the dimension is " + std::to_string(dimension),
                       "Give one number, or one per parameter.");
    for (const double s : standard_deviation)
      if (!(s > 0))
        throw EntryError("Time/standard deviation",
                         to_text(MatrixRows{standard_deviation}),
                         "a Gaussian needs a positive one",
                         "A small one, such as 1e-3, stands for a point.");
  }



  template <int dim>
  InitialDensity<dim>::InitialDensity(
    const InitialDensityParameters &parameters,
    const Vocabulary               &vocabulary)
    : parameters(parameters)
  {
    if (parameters.type == "gaussian")
      {
        the_peak.emplace();
        for (unsigned int d = 0; d < dim; ++d)
          {
            the_peak->mean[d] = parameters.mean.at(d);
            the_peak->deviation[d] =
              parameters.standard_deviation
                [parameters.standard_deviation.size() == 1 ? 0 : d];
          }
      }
    else if (parameters.type == "expression")
      tape.emplace(std::vector<Expression>{
        parse_entry("Time/expression", parameters.expression, vocabulary)});
  }



  template <int dim>
  double InitialDensity<dim>::operator()(const dealii::Point<dim> &theta) const
  {
    if (the_peak)
      {
        double exponent = 0;
        for (unsigned int d = 0; d < dim; ++d)
          {
            const double x =
              (theta[d] - the_peak->mean[d]) / the_peak->deviation[d];
            exponent += x * x / 2;
          }
        return std::exp(-exponent);
      }
    if (!tape)
      return 1;
    double value;
    tape->evaluate(theta.begin_raw(), &value);
    if (!(value >= 0) || !std::isfinite(value))
      {
        std::string where;
        for (unsigned int d = 0; d < dim; ++d)
          where += (d > 0 ? ", " : "") + to_text(theta[d]);
        throw EntryError("Time/expression",
                         parameters.expression,
                         "at " + where + " it is " + to_text(value),
                         "A density is finite and not negative.");
      }
    return value;
  }



  template <int dim>
  const boost::optional<typename InitialDensity<dim>::Peak> &
  InitialDensity<dim>::peak() const
  {
    return the_peak;
  }



  template <int dim>
  std::string InitialDensity<dim>::description() const
  {
    if (parameters.type == "expression")
      return "proportional to " + parameters.expression;
    if (!the_peak)
      return "uniform in the box";
    std::string mean, deviation;
    for (unsigned int d = 0; d < dim; ++d)
      {
        mean += (d > 0 ? ", " : "") + to_text(the_peak->mean[d]);
        deviation += (d > 0 ? ", " : "") + to_text(the_peak->deviation[d]);
      }
    return "Gaussian, mean (" + mean + "), standard deviation (" + deviation +
           ")";
  }



  template class InitialDensity<1>;
  template class InitialDensity<2>;
  template class InitialDensity<3>;
} // namespace sgdfp
