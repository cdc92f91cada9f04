// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_OBSERVABLES_H
#define SGDFP_POSTPROCESS_OBSERVABLES_H

#include "postprocess/postprocessor.h"

#include <deal.II/base/function_parser.h>

namespace sgdfp
{
  /// Entries of subsection Observables.
  struct ObservableParameters
  {
    std::string                      functions;
    std::vector<std::vector<double>> probe_points;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @param lower, upper corners of the box, which must hold the probes
    /// @throws EntryError for a probe of wrong length or outside the box.
    void check(const std::vector<double> &lower,
               const std::vector<double> &upper) const;
  };



  /// Means and variances under the law of the user's functions "name:
  /// expression; name: expression" (muParser syntax; `if(u>0, 1, 0)` makes a
  /// probability).
  ///
  /// Gauss quadrature does not see where a jump lies in a cell. Expressions
  /// that can jump are therefore integrated on 4096 midpoints per cell (16384
  /// in 1-D) wherever they are not constant in it.
  template <int dim>
  class Observables : public Postprocessor<dim>
  {
  public:
    /// @throws EntryError for an expression that cannot be parsed.
    Observables(const ObservableParameters     &parameters,
                const std::vector<std::string> &variables);

    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    void finish(const Law<dim> &law, Summary &summary) override;

  private:
    struct Observable
    {
      std::string                                  name;
      std::unique_ptr<dealii::FunctionParser<dim>> function;
      /// Whether the expression can jump (a comparison, an if ..).
      bool   has_jumps = false;
      double first     = 0;
      double second    = 0;
    };

    /// Integrates @p observable on midpoints of a fine partition of every cell
    /// in which it is not constant.
    void integrate_jumps(const Law<dim> &law, Observable &observable) const;

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
