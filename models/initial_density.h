// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_INITIAL_DENSITY_H
#define SGDFP_MODELS_INITIAL_DENSITY_H

#include "base/expression_entry.h"

#include <deal.II/base/parameter_handler.h>
#include <deal.II/base/point.h>

#include <boost/optional.hpp>

namespace sgdfp
{
  /// Entries of subsection Time that say where a density begins.
  struct InitialDensityParameters
  {
    std::string         type = "gaussian";
    std::vector<double> mean;
    std::vector<double> standard_deviation = {0.2};
    std::string         expression         = "1";
    std::string         velocities         = "rest";

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError for wrong lengths, a mean outside of the box, a
    /// deviation that is not positive
    void check(const std::vector<double> &lower,
               const std::vector<double> &upper) const;
  };



  /// The law of the parameters at t = 0, up to its normalisation in the box:
  ///
  ///     gaussian    exp(-1/2 sum_d (theta_d - m_d)^2/s_d^2),
  ///     uniform     1,
  ///     expression  what the user typed, >= 0.
  template <int dim>
  class InitialDensity
  {
  public:
    /// @throws EntryError for an expression that cannot be read
    InitialDensity(const InitialDensityParameters &parameters,
                   const Vocabulary               &vocabulary);

    /// @throws EntryError where an expression is negative or not finite
    double operator()(const dealii::Point<dim> &theta) const;

    /// Where a Gaussian is, which may be narrower than a cell.
    struct Peak
    {
      dealii::Point<dim>     mean;
      dealii::Tensor<1, dim> deviation;
    };

    /// Empty for the others.
    const boost::optional<Peak> &peak() const;

    /// In words, for the screen.
    std::string description() const;

  private:
    const InitialDensityParameters  parameters;
    boost::optional<Peak>           the_peak;
    boost::optional<ExpressionTape> tape;
  };
} // namespace sgdfp

#endif
