// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/error_estimate.h"

#include "fractional/make_generator.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdfp
{
  namespace
  {
    /// The integrals of ErrorEstimate with the quadrature of the richer law.
    template <int dim>
    void compare(const Law<dim> &law, const Law<dim> &richer, ErrorEstimate &e)
    {
      using namespace dealii;
      const Discretisation<dim> &fine = richer.discretisation;
      const auto                 flags =
        update_values | update_gradients | update_quadrature_points;
      FEValues<dim>              fine_values(fine.mapping,
                                fine.element,
                                fine.quadrature,
                                flags | update_JxW_values);
      FEValues<dim>              values(fine.mapping,
                           law.discretisation.element,
                           fine.quadrature,
                           flags);
      std::vector<LocalLaw<dim>> at, fine_at;
      e.density_by_cell.reinit(fine.mesh->n_active_cells());
      std::vector<double> sums(3, 0.);
      for (const auto &cell : fine.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            fine_values.reinit(cell);
            values.reinit(law.discretisation.same_cell(cell));
            richer.evaluate(fine_values, false, fine_at);
            law.evaluate(values, false, at);
            double &here = e.density_by_cell(cell->active_cell_index());
            for (unsigned int q = 0; q < at.size(); ++q)
              {
                const double dx = fine_values.JxW(q);
                const auto   flux =
                  law.dynamics.flux(fine_values.quadrature_point(q),
                                    MatrixFieldDerivatives::divergence);
                const Tensor<1, dim> J = fine_at[q].current(flux);
                const Tensor<1, dim> advective =
                  fine_at[q].density() * flux.drift;
                here += std::abs(fine_at[q].density() - at[q].density()) * dx;
                sums[1] += (J - at[q].current(flux)).norm() * dx;
                sums[2] +=
                  0.5 * (advective.norm() + (advective - J).norm()) * dx;
              }
            sums[0] += here;
          }
      Utilities::MPI::sum(sums, fine.communicator, sums);
      e.density       = sums[0];
      e.current       = sums[1];
      e.current_scale = sums[2];
    }
  } // namespace



  ErrorEstimate ErrorEstimate::unknown()
  {
    ErrorEstimate e;
    e.density = e.current = std::numeric_limits<double>::quiet_NaN();
    return e;
  }



  bool ErrorEstimate::is_known() const
  {
    return !std::isnan(density);
  }



  double ErrorEstimate::relative_current() const
  {
    return is_known() && current_scale == 0 ? 0. : current / current_scale;
  }



  double ErrorEstimate::relative() const
  {
    // A NaN stays one.
    const double c = relative_current();
    return c > density ? c : std::isnan(c) ? c : density;
  }



  template <int dim>
  ErrorEstimate estimate_error(const Law<dim>         &law,
                               const SolverParameters &solver_parameters)
  {
    const unsigned int  degree = law.discretisation.element.degree + 1;
    Discretisation<dim> richer(law.discretisation, degree);
    richer.prepare();
    TrialSpace<dim> trial_space(richer);
    trial_space.use_same_as(law.trial());
    const auto the_generator =
      make_generator(richer, law.dynamics, trial_space);
    the_generator->prepare();
    the_generator->assemble();
    const Generator &generator = *the_generator;

    StationarySolver stationary(
      richer.communicator,
      solver_parameters,
      solver_parameters.use_direct(dim,
                                   richer.dof_handler.n_dofs(),
                                   law.dynamics.jumps() != nullptr));
    ErrorEstimate estimate;
    Vector        density;
    if (trial_space.is_exact())
      {
        density = richer.owned_vector();
        for (const auto i : richer.owned)
          density(i) =
            std::exp(static_cast<double>(trial_space.nodal_log()(i)));
        density.compress(dealii::VectorOperation::insert);
        richer.constraints.set_zero(density);
        stationary.measure(generator, density);
      }
    else
      {
        density = law.interpolate(richer, [](const LocalLaw<dim> &local) {
          return local.density();
        });
        richer.constraints.set_zero(density);
        // The difference to the start is wanted, to a few digits.
        constexpr double reduction = 1e-3;
        estimate.iterations =
          stationary.solve(generator, density, reduction).iterations;
      }
    compare(law,
            Law<dim>(richer, law.dynamics, trial_space, density),
            estimate);
    // A chain in discrete time has none.
    if (law.dynamics.step() > 0)
      estimate.current = estimate.current_scale = 0;
    return estimate;
  }



  template ErrorEstimate estimate_error(const Law<1> &,
                                        const SolverParameters &);
  template ErrorEstimate estimate_error(const Law<2> &,
                                        const SolverParameters &);
  template ErrorEstimate estimate_error(const Law<3> &,
                                        const SolverParameters &);
} // namespace sgdfp
