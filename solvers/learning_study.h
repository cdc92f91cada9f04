// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_LEARNING_STUDY_H
#define SGDFP_SOLVERS_LEARNING_STUDY_H

#include "base/summary.h"
#include "models/loss.h"
#include "postprocess/scaling_fit.h"
#include "postprocess/sublevel_integrals.h"

#include <deal.II/base/parameter_handler.h>

namespace sgdfp
{
  /// Entries of subsection Learning coefficient.
  struct LearningParameters
  {
    std::string         region = "auto"; ///< auto | box | point | none
    std::vector<double> point;
    double              radius = 0.5;
    std::vector<double> sizes;         ///< further n
    std::vector<double> levels;        ///< further eps
    double              tolerance = 0; ///< 0: by dimension

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError
    void check(const unsigned int dimension) const;

    /// Whether it is asked for; auto: the box, unless there are paths to
    /// follow.
    bool is_wanted(const bool has_paths) const;
  };



  /// The learning coefficient lambda and its multiplicity m of L over the box,
  /// or in a cube around a point, with the flat prior:
  ///
  ///     V(eps) = vol{L - L_0 < eps} ~ c eps^lambda log(1/eps)^(m-1),
  ///     F(n) = -log int exp(-n (L - L_0)) = lambda log n - (m-1) log log n +
  ///     ..
  ///
  /// from SublevelIntegrals and fit_scaling(). In three dimensions V is not
  /// computed unless levels are given (its integrands have roots: ten times the
  /// time), and lambda is that of F.
  ///
  /// Source: Watanabe, Algebraic geometry and statistical learning theory
  /// (2009).
  template <int dim>
  class LearningStudy
  {
  public:
    /// Collective.
    /// @throws EntryError where the point is no minimum of its cube; Refusal
    /// where L has no minimum
    LearningStudy(const LearningParameters &parameters,
                  const Loss<dim>          &loss,
                  const dealii::Point<dim> &lower,
                  const dealii::Point<dim> &upper,
                  const MPI_Comm            communicator);

    /// Fills learning/*.
    void report(Summary &summary) const;

    /// free_energy.csv, volumes.csv, learning.csv (what was fitted)
    void write(const std::string &folder) const;

    /// In a line.
    std::string last_word() const;

  private:
    /// The region, L_0 and round-off in L there
    void find_minimum();

    void compute();

    const LearningParameters &parameters;
    const Loss<dim>          &loss;
    dealii::Point<dim>        lower, upper;
    const MPI_Comm            communicator;
    double                    minimum = 0, noise = 0, scale = 1;

    std::unique_ptr<SublevelIntegrals<dim>> integrals;
    ScalingFit                              by_volume, by_free_energy;
  };
} // namespace sgdfp

#endif
