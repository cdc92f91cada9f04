// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/closed_current.h"

#include "base/errors.h"

#include <cmath>

namespace sgdfp
{
  using dealii::Tensor;
  using Index = dealii::types::global_dof_index;

  namespace
  {
    // Misfit relative to int e^{-l} |J_h|^2 above which the law may have a
    // hole.
    constexpr double good_fit = 1e-6;

    // Currents below this share of what cancels in them are round-off.
    constexpr double round_off = 1e-12;
  } // namespace



  template <int dim>
  Tensor<2, dim>
  LocalClosedCurrent<dim>::velocity_gradient(const LocalLaw<dim> &law) const
  {
    return (gradient -
            outer_product(law.grad_l + law.grad_u / law.u, current)) /
           law.density();
  }



  template <int dim>
  ClosedCurrent<dim>::ClosedCurrent(const Law<dim>    &law,
                                    const unsigned int limit_3d)
    : law(law)
    // One degree more in 2-D, where that is cheap: derivatives of Psi are as
    // smooth as p.
    , the_space(law.discretisation,
                law.discretisation.element.degree + (dim == 2 ? 1 : 0))
  {
    if (dim == 1)
      return;
    the_space.prepare();
    const Index n_unknowns = n_components * the_space.dof_handler.n_dofs();
    if (dim == 3 && n_unknowns > limit_3d)
      {
        reason = "the vector potential has " + std::to_string(n_unknowns) +
                 " unknowns, more than the limit of " +
                 std::to_string(limit_3d);
        return;
      }
    try
      {
        find_nodal_log();
        find_potential();
      }
    catch (const SolverFailure &failure)
      {
        reason =
          std::string("the closed current was not found: ") + failure.what();
        polynomials.clear();
      }
  }



  template <int dim>
  ClosedCurrent<dim>::ClosedCurrent(const Law<dim>    &law,
                                    const std::string &why_missing)
    : law(law)
    , the_space(law.discretisation, 1)
    , reason(why_missing)
  {}



  template <int dim>
  const std::string &ClosedCurrent<dim>::why_missing() const
  {
    return reason;
  }



  template <int dim>
  const Discretisation<dim> &ClosedCurrent<dim>::space() const
  {
    return the_space;
  }



  template <int dim>
  unsigned int ClosedCurrent<dim>::n_iterations() const
  {
    return iterations;
  }



  template <int dim>
  void ClosedCurrent<dim>::find_nodal_log()
  {
    const Vector l = law.interpolate(the_space, [](const LocalLaw<dim> &local) {
      return local.l;
    });
    log_at_nodes   = the_space.ghosted(l);
  }



  template <int dim>
  void ClosedCurrent<dim>::find_potential()
  {
    if constexpr (dim > 1)
      {
        using Solution = Potential<dim>;
        auto best =
          std::make_unique<Solution>(law, the_space, log_at_nodes, false);
        // In 3-D six unknowns a node would be too many.
        if (dim == 2 && best->misfit > good_fit * best->square &&
            best->relative_size > round_off)
          try
            {
              auto with_hole =
                std::make_unique<Solution>(law, the_space, log_at_nodes, true);
              // Clearly better: its weight, which is smaller, favours it.
              if (with_hole->misfit < 0.5 * best->misfit)
                best.swap(with_hole);
            }
          catch (const SolverFailure &)
            {
              // The first one closes as well.
            }
        iterations  = best->iterations;
        polynomials = std::move(best->components);
      }
  }



  template <int dim>
  Vector ClosedCurrent<dim>::nodal_stream_function() const
  {
    Assert(dim == 2, dealii::ExcMessage("there is a stream function in 2-D"));
    Vector Psi = the_space.owned_vector();
    for (unsigned int k = 0; k < polynomials.size(); ++k)
      for (const Index i : the_space.owned)
        Psi(i) +=
          static_cast<double>(polynomials[k](i)) *
          (k < n_components ? std::exp(static_cast<double>(log_at_nodes(i))) :
                              1.);
    Psi.compress(dealii::VectorOperation::add);
    return Psi;
  }



  template <int dim>
  ClosedCurrent<dim>::Values::Values(const ClosedCurrent           &closed,
                                     const dealii::Quadrature<dim> &rule,
                                     const bool second_derivatives,
                                     const dealii::UpdateFlags flags)
    : closed(closed)
    , second_derivatives(second_derivatives)
    , law_fe_values(closed.law.discretisation.mapping,
                    closed.law.discretisation.element,
                    rule,
                    flags | dealii::update_values | dealii::update_gradients |
                      dealii::update_quadrature_points |
                      (second_derivatives ? dealii::update_hessians :
                                            dealii::update_default))
    , potential_fe_values(closed.the_space.mapping,
                          closed.the_space.element,
                          rule,
                          dealii::update_values | dealii::update_gradients |
                            (second_derivatives ? dealii::update_hessians :
                                                  dealii::update_default))
    , currents(rule.size())
    , value(rule.size())
    , gradient(rule.size())
    , hessian(rule.size())
  {}



  template <int dim>
  void ClosedCurrent<dim>::Values::reinit(const typename Law<dim>::Cell &cell)
  {
    law_fe_values.reinit(cell);
    closed.law.evaluate(law_fe_values, second_derivatives, laws);
    if (closed.polynomials.empty())
      return;
    potential_fe_values.reinit(closed.space().same_cell(cell));
    evaluate();
  }



  namespace
  {
    /// Adds component c = e^l psi of the potential.
    template <int dim>
    void add(const LocalLaw<dim>     &reference,
             const double             psi,
             const Tensor<1, dim>    &grad_psi,
             const Tensor<2, dim>    &hess_psi,
             const unsigned int       c,
             LocalClosedCurrent<dim> &result)
    {
      const double          scale  = std::exp(reference.l);
      const Tensor<1, dim> &grad_l = reference.grad_l;
      result.potential[c] += scale * psi;
      result.current += scale * curl_of(grad_psi + psi * grad_l, c);
      const Tensor<2, dim> second =
        scale * (hess_psi + outer_product(grad_l, grad_psi) +
                 outer_product(grad_psi, grad_l) +
                 psi * (reference.hess_l + outer_product(grad_l, grad_l)));
      for (unsigned int d = 0; d < dim; ++d)
        result.gradient[d] += curl_of(second[d], c);
    }
  } // namespace



  template <int dim>
  void ClosedCurrent<dim>::Values::evaluate()
  {
    std::fill(currents.begin(), currents.end(), LocalClosedCurrent<dim>());
    for (unsigned int k = 0; k < closed.polynomials.size(); ++k)
      {
        const unsigned int c        = k % n_components;
        const bool         is_plain = (k >= n_components);
        const Vector      &psi      = closed.polynomials[k];
        potential_fe_values.get_function_values(psi, value);
        potential_fe_values.get_function_gradients(psi, gradient);
        if (second_derivatives)
          potential_fe_values.get_function_hessians(psi, hessian);
        for (unsigned int q = 0; q < currents.size(); ++q)
          add(is_plain ? LocalLaw<dim>() : laws[q],
              value[q],
              gradient[q],
              hessian[q],
              c,
              currents[q]);
      }
  }



  template <int dim>
  const dealii::FEValues<dim> &ClosedCurrent<dim>::Values::fe_values() const
  {
    return law_fe_values;
  }



  template <int dim>
  const std::vector<LocalLaw<dim>> &ClosedCurrent<dim>::Values::law() const
  {
    return laws;
  }



  template <int dim>
  const std::vector<LocalClosedCurrent<dim>> &
  ClosedCurrent<dim>::Values::current() const
  {
    return currents;
  }



  template struct LocalClosedCurrent<1>;
  template struct LocalClosedCurrent<2>;
  template struct LocalClosedCurrent<3>;
  template class ClosedCurrent<1>;
  template class ClosedCurrent<2>;
  template class ClosedCurrent<3>;
} // namespace sgdfp
