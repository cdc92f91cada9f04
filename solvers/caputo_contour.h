// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_CAPUTO_CONTOUR_H
#define SGDFP_SOLVERS_CAPUTO_CONTOUR_H

#include "solvers/evolution.h"

namespace sgdfp
{
  /// P(t) with that number of nodes, see CaputoContour.
  /// @param initial P(0), coefficients of @p generator
  /// @param round_off if given, the relative error of the mass before it is set
  /// right, where mass is conserved: what round-off of the solves amounts to
  /// @throws SolverFailure
  Vector caputo_law(const Generator        &generator,
                    const SolverParameters &solver_parameters,
                    const bool              use_direct,
                    const Vector           &initial,
                    const double            order,
                    const double            t,
                    const unsigned int      n_nodes,
                    double                 *round_off = nullptr);



  /// Laws at the end time and at earlier ones, nodal, to plot accuracy:
  /// what the mesh of the start must carry. A law in fractional time holds, as
  /// an average over ordinary ones, all of its way.
  template <int dim>
  std::vector<Vector>
  preview_by_contour(const EvolutionSpace<dim> &space,
                     const TimeParameters      &parameters,
                     const SolverParameters    &solver_parameters,
                     const Vector              &initial);



  /// M d_t^b P = A P, 0 < b <= 1, at the output times alone, by the inverse
  /// Laplace transform on a hyperbola():
  ///
  ///     P(t) = c 2 Re sum_k w_k z_k^{b-1} (z_k^b M - A)^-1 M P(0),
  ///
  /// 12 independent solves for one time, of ComplexInverse; c, 1 to 1e-12, is
  /// that of the same sum for A = 0, so that mass is conserved. Nothing is
  /// carried from one time to the next: a reference for other methods.
  ///
  /// The sum with 8 nodes differs by its own error e_8; that of 12 nodes is
  /// about e_8^{12/8}, and ten times that is reported, with the defect of mass
  /// that round-off of the solves left, 1e-10 to 1e-7 as cells are 1e-4 to 1e-7
  /// wide (where mass is killed: e_8). Where A has eigenvalues
  /// outside of the hyperbola, complex ones of argument below 2, both are
  /// wrong, and differ: that is refused.
  template <int dim>
  class CaputoContour : public Evolution<dim>
  {
  public:
    using typename Evolution<dim>::Json;

    using Evolution<dim>::Evolution;

    std::vector<Vector> preview(const Vector &P) const override;

    void start(const Vector &P) override;

    /// The next output time.
    /// @throws Refusal, see above
    void advance() override;

    double time() const override;

    /// Since the output time before
    double last_step() const override;

    bool is_output_time() const override;

    bool is_finished() const override;

    std::vector<Vector> vectors() const override;
    void resume(const Json &state, const std::vector<Vector> &vectors) override;

    void report(Summary &summary) const override;

    using Evolution<dim>::n_steps;
    using Evolution<dim>::n_factorisations;
    using Evolution<dim>::time_error;
    using Evolution<dim>::space_error;

  private:
    /// P(t) with that number of nodes
    Vector sum(const unsigned int n_nodes,
               const double       t,
               double            *round_off = nullptr);

    using Evolution<dim>::space;
    using Evolution<dim>::parameters;
    using Evolution<dim>::solver_parameters;
    using Evolution<dim>::log;
    using Evolution<dim>::outputs;

    /// P(0)
    Vector initial;
  };
} // namespace sgdfp

#endif
