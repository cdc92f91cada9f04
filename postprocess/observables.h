// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_OBSERVABLES_H
#define SGDFP_POSTPROCESS_OBSERVABLES_H

#include "base/expression_entry.h"
#include "postprocess/postprocessor.h"
#include "postprocess/reference.h"

namespace sgdfp
{
  /// Entries of subsection Observables.
  struct ObservableParameters
  {
    std::string                      functions;
    std::vector<std::vector<double>> probe_points;
    bool                             row_influence = false;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @param lower, upper corners of the box, which must hold the probes
    /// @throws EntryError for a probe of wrong length or outside the box.
    void check(const std::vector<double> &lower,
               const std::vector<double> &upper) const;
  };



  /// First and second moment of a function under a law, summed over points.
  struct MomentSum
  {
    /// @param dm density times quadrature weight
    /// @param is_outer whether the point is in the outermost part of a graded
    ///                 box (ParameterBox::is_outer())
    void add(const double value, const double dm, const bool is_outer);

    /// Writes path/mean and path/variance; null where most of the sum comes
    /// from the outermost part of a graded box: there is no such moment, or
    /// the box cuts it off; and path/range, the smallest and the largest value
    /// at the points. Collective.
    void write(const std::string &path,
               const MPI_Comm     communicator,
               Summary           &summary) const;

    double first = 0, second = 0;
    /// Integral of the absolute value, and its part and that of second which
    /// come from the outermost part of a graded box
    double absolute = 0, outer_absolute = 0, outer_second = 0;
    double lowest  = std::numeric_limits<double>::max(),
           highest = std::numeric_limits<double>::lowest();
  };



  /// Bounds of the errors of observables/*/mean, as observables/*/error: a
  /// density whose error is @p density_error in L1 has means of f that are off
  /// by at most (max f - min f)/2 of it.
  void report_observable_errors(const double density_error, Summary &summary);



  /// Means and variances under the law of the user's functions "name:
  /// expression; name: expression"; if(u > 0, 1, 0) makes a probability.
  ///
  /// Gauss quadrature does not see where a jump lies in a cell. Where the
  /// conditions of an expression change within a cell, it is integrated by a
  /// JumpQuadrature.
  template <int dim>
  class Observables : public Postprocessor<dim>
  {
  public:
    using Function = std::function<double(const dealii::Point<dim> &)>;

    /// @throws EntryError for an expression that cannot be parsed, with its
    /// column.
    Observables(const ObservableParameters &parameters,
                const Vocabulary           &vocabulary);

    /// One more, smooth, after those of the user.
    /// @throws EntryError where the user has taken the name
    void add(const std::string &name, const Function &value);

    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    void finish(const Law<dim> &law, Summary &summary) override;

    std::vector<std::string> names() const;

    /// Their values at a point, in the order of names().
    std::vector<double> values(const dealii::Point<dim> &theta) const;

    /// First and second moment of a function as linear functionals of the
    /// coefficients of a density (FunctionalAssembly).
    struct Moments
    {
      Vector first, second;
    };

    using Cell = typename Discretisation<dim>::Cell;

    /// The same means under the reference, as observables/*/gibbs_mean and
    /// gibbs_variance. Collective.
    /// @param reference null with a @p reason
    void compare(const Discretisation<dim> &discretisation,
                 const GibbsDensity<dim>   *reference,
                 const std::string         &reason,
                 Summary                   &summary) const;

    /// One per function, in the order of names(), for densities in
    /// @p trial_space. Collective.
    /// @param is_inside whether a cell of this rank carries them
    std::vector<Moments>
    functionals(const Discretisation<dim>               &discretisation,
                const TrialSpace<dim>                   &trial_space,
                const std::function<bool(const Cell &)> &is_inside) const;

  private:
    struct Observable
    {
      /// Values of the conditions: where they are constant there is no jump.
      std::vector<double> conditions(const dealii::Point<dim> &theta) const;

      /// What is 0 where a condition changes.
      std::vector<double> level_values(const dealii::Point<dim> &theta) const;

      std::string    name;
      Function       value;
      ExpressionTape switches, levels;
      MomentSum      sum;
    };

    /// Calls @p use with every cell of this rank and a rule that sees where an
    /// observable jumps in it; empty where the usual one does.
    void
    visit_cells(const Discretisation<dim> &discretisation,
                const Observable          &observable,
                const std::function<void(const Cell                    &cell,
                                         const dealii::Quadrature<dim> &rule)>
                  &use) const;

    void refuse_twice(const std::string &name, const std::string &text) const;

    /// Density at the points of an FEValues object of one cell
    using Densities = std::function<std::vector<double>(
      const dealii::FEValues<dim> &fe_values)>;

    /// Integrates an observable over the cells of this rank; with rules that
    /// see its jumps, if it has any.
    MomentSum integrate(const Discretisation<dim> &discretisation,
                        const Observable          &observable,
                        const Densities           &densities) const;

    std::vector<Observable> observables;
  };



  /// Density, current and loss at the probe points. A probe on a face of the
  /// mesh gets the mean over the cells that meet there.
  template <int dim>
  void write_probes(const Law<dim>             &law,
                    const ObservableParameters &parameters,
                    Summary                    &summary);
} // namespace sgdfp

#endif
