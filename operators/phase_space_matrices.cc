// SPDX-License-Identifier: GPL-3.0-or-later
// PhaseSpace: the matrices in parameters.
#include "operators/phase_space_block.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::FullMatrix;
  using dealii::Tensor;

  namespace
  {
    using Local = FullMatrix<double>;



    /// Fills all matrices in one sweep over the cells.
    template <int dim>
    class MatricesAssembly
    {
    public:
      using Cell = typename Discretisation<dim>::Cell;

      MatricesAssembly(const PhaseSpace<dim> &space,
                       const Dynamics<dim>   &dynamics,
                       const Tensor<1, dim>  &thermal_velocity)
        : space(space)
        , dynamics(dynamics)
        , s(thermal_velocity)
        , ordinary(space, space.discretisation.quadrature)
        , fine(space,
               dealii::QGauss<dim>(space.discretisation.element.degree +
                                   n_more))
        , nodal_l(space.discretisation.element.dofs_per_cell)
      {
        for (unsigned int r = 0; r < 2; ++r)
          for (unsigned int c = 0; c < 2; ++c)
            blocks[r][c] = std::make_unique<PhaseSpaceBlock<dim>>(space, r, c);
        for (unsigned int p = 0; p < 2; ++p)
          {
            open[p].mass = blocks[p][p]->make();
            for (unsigned int i = 0; i < dim; ++i)
              {
                open[p].below[i] = blocks[p][1 - p]->make();
                open[p].above[i] = blocks[p][1 - p]->make();
                if (p == 0 && space.is_killed())
                  open[p].faces[i] = blocks[p][p]->make();
                for (unsigned int j = i; j < dim; ++j)
                  open[p].excess[i][j] = blocks[p][p]->make();
              }
          }
      }



      void add_cell(const Cell &cell)
      {
        cell->get_dof_values(space.trial_space.nodal_log(), nodal_l);
        const auto range = std::minmax_element(nodal_l.begin(), nodal_l.end());
        values = (*range.second - *range.first > steep ? &fine : &ordinary);
        values->even.reinit(cell);
        values->odd.reinit(space.odd_cell(cell));
        evaluate_coefficients();
        for (unsigned int p = 0; p < 2; ++p)
          add_local_terms(cell, p);
        for (unsigned int i = 0; i < dim; ++i)
          {
            add_into_even(cell, i);
            add_into_odd(cell, i);
          }
      }



      void add_face(const Cell &cell, const unsigned int i, const Local &local)
      {
        blocks[0][0]->add(cell, local, *open[0].faces[i]);
      }



      std::array<typename PhaseSpace<dim>::Matrices, 2> finish() const
      {
        std::array<typename PhaseSpace<dim>::Matrices, 2> result;
        for (unsigned int p = 0; p < 2; ++p)
          {
            const PhaseSpaceBlock<dim> &same  = *blocks[p][p],
                                       &other = *blocks[p][1 - p];
            result[p].mass                    = same.finish(*open[p].mass);
            for (unsigned int i = 0; i < dim; ++i)
              {
                result[p].from_below[i] = other.finish(*open[p].below[i]);
                result[p].from_above[i] = other.finish(*open[p].above[i]);
                if (open[p].faces[i])
                  result[p].absorbing_faces[i] = same.finish(*open[p].faces[i]);
                for (unsigned int j = i; j < dim; ++j)
                  result[p].excess[i][j] = same.finish(*open[p].excess[i][j]);
              }
          }
        return result;
      }

    private:
      // Where the weight falls by e^-6 within a cell the ordinary rule misses
      // it, and modes that exist only between its points decay at any rate.
      static constexpr double       steep  = 6;
      static constexpr unsigned int n_more = 12;

      static inline const dealii::UpdateFlags flags =
        dealii::update_values | dealii::update_gradients |
        dealii::update_JxW_values | dealii::update_quadrature_points;

      void evaluate_coefficients()
      {
        const dealii::FEValues<dim> &even = values->even;
        n_points                          = even.n_quadrature_points;
        weight.resize(n_points);
        grad_l.resize(n_points);
        R.resize(n_points);
        excess.resize(n_points);
        space.trial_space.evaluate(even, false, l);
        for (unsigned int q = 0; q < n_points; ++q)
          {
            const auto          &theta = even.quadrature_point(q);
            const Tensor<1, dim> b     = dynamics.drift(theta);
            const auto           D =
              dynamics.diffusion(theta, MatrixFieldDerivatives::divergence)
                .value;
            weight[q] = even.JxW(q) * std::exp(l.value[q]);
            grad_l[q] = l.gradient[q];
            for (unsigned int i = 0; i < dim; ++i)
              {
                R[q][i] = l.gradient[q][i] - b[i] / (s[i] * s[i]);
                for (unsigned int j = i; j < dim; ++j)
                  excess[q][i][j] =
                    D[i][j] / (s[i] * s[j]) - (i == j ? 1. : 0.);
              }
          }
      }



      /// sum_q weight_q row_i(q) column_j(q), of spaces with these parities.
      template <class Row, class Column>
      Local integrate(const unsigned int row_parity,
                      const unsigned int column_parity,
                      const Row         &row,
                      const Column      &column) const
      {
        const auto &w = (row_parity == 0 ? values->even : values->odd);
        const auto &f = (column_parity == 0 ? values->even : values->odd);
        Local       rows(n_points, w.dofs_per_cell);
        Local       columns(n_points, f.dofs_per_cell);
        Local       result(w.dofs_per_cell, f.dofs_per_cell);
        for (unsigned int q = 0; q < n_points; ++q)
          {
            for (unsigned int i = 0; i < w.dofs_per_cell; ++i)
              rows(q, i) = row(w, i, q);
            for (unsigned int j = 0; j < f.dofs_per_cell; ++j)
              columns(q, j) = weight[q] * column(f, j, q);
          }
        rows.Tmmult(result, columns);
        return result;
      }



      static double value(const dealii::FEValues<dim> &fe,
                          const unsigned int           n,
                          const unsigned int           q)
      {
        return fe.shape_value(n, q);
      }



      /// a(q) phi_n + d_i phi_n
      static auto derivative(const unsigned int                         i,
                             const std::function<double(unsigned int)> &a)
      {
        return [i, a](const dealii::FEValues<dim> &fe,
                      const unsigned int           n,
                      const unsigned int           q) {
          return fe.shape_grad(n, q)[i] + a(q) * fe.shape_value(n, q);
        };
      }



      void add_local_terms(const Cell &cell, const unsigned int p)
      {
        PhaseSpaceBlock<dim> &block = *blocks[p][p];
        block.add(cell, integrate(p, p, value, value), *open[p].mass);
        for (unsigned int i = 0; i < dim; ++i)
          for (unsigned int j = i; j < dim; ++j)
            block.add(cell,
                      integrate(p,
                                p,
                                value,
                                [&](const dealii::FEValues<dim> &fe,
                                    const unsigned int           n,
                                    const unsigned int           q) {
                                  return excess[q][i][j] * fe.shape_value(n, q);
                                }),
                      *open[p].excess[i][j]);
      }



      void add_into_even(const Cell &cell, const unsigned int i)
      {
        const auto below = derivative(i, [&](const unsigned int q) {
          return grad_l[q][i] - R[q][i];
        });
        const auto above = derivative(i, [](const unsigned int) { return 0.; });
        blocks[0][1]->add(cell,
                          integrate(0, 1, below, value),
                          *open[0].below[i]);
        blocks[0][1]->add(cell,
                          integrate(0, 1, above, value),
                          *open[0].above[i]);
      }



      void add_into_odd(const Cell &cell, const unsigned int i)
      {
        const auto below =
          derivative(i, [&](const unsigned int q) { return R[q][i]; });
        const auto above =
          derivative(i, [&](const unsigned int q) { return grad_l[q][i]; });
        Local local = integrate(1, 0, value, below);
        local *= -1;
        blocks[1][0]->add(cell, local, *open[1].below[i]);
        local = integrate(1, 0, value, above);
        local *= -1;
        blocks[1][0]->add(cell, local, *open[1].above[i]);
      }



      struct Open
      {
        std::unique_ptr<SparseMatrix>                                   mass;
        std::array<std::unique_ptr<SparseMatrix>, dim>                  below;
        std::array<std::unique_ptr<SparseMatrix>, dim>                  above;
        std::array<std::unique_ptr<SparseMatrix>, dim>                  faces;
        std::array<std::array<std::unique_ptr<SparseMatrix>, dim>, dim> excess;
      };

      const PhaseSpace<dim> &space;
      const Dynamics<dim>   &dynamics;
      const Tensor<1, dim>   s;
      /// Both elements at the points of one rule
      struct Values
      {
        Values(const PhaseSpace<dim>         &space,
               const dealii::Quadrature<dim> &rule)
          : even(space.discretisation.mapping,
                 space.discretisation.element,
                 rule,
                 flags)
          , odd(space.discretisation.mapping, space.odd_element, rule, flags)
        {}

        dealii::FEValues<dim> even, odd;
      };

      Values                 ordinary, fine;
      Values                *values   = nullptr;
      unsigned int           n_points = 0;
      dealii::Vector<double> nodal_l;

      /// At the points: e^l JxW, grad l, R, D_ij/(s_i s_j) - delta_ij
      std::vector<double>                          weight;
      std::vector<Tensor<1, dim>>                  grad_l, R;
      std::vector<dealii::SymmetricTensor<2, dim>> excess;
      typename TrialSpace<dim>::Values             l;
      /// [row parity][column parity]
      std::array<std::array<std::unique_ptr<PhaseSpaceBlock<dim>>, 2>, 2>
                          blocks;
      std::array<Open, 2> open;
    };
  } // namespace



  template <int dim>
  std::array<typename PhaseSpace<dim>::Matrices, 2>
  PhaseSpace<dim>::assemble(const Dynamics<dim>  &dynamics,
                            const Tensor<1, dim> &thermal_velocity) const
  {
    MatricesAssembly<dim> assembly(*this, dynamics, thermal_velocity);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned() && is_inside(cell))
        {
          assembly.add_cell(cell);
          if (is_killed())
            add_absorbing_faces(cell,
                                [&](const unsigned int i, const Local &local) {
                                  assembly.add_face(cell, i, local);
                                });
        }
    return assembly.finish();
  }



  template <int dim>
  void PhaseSpace<dim>::add_absorbing_faces(
    const Cell                                                          &cell,
    const std::function<void(unsigned int, const FullMatrix<double> &)> &add)
    const
  {
    const auto flags = dealii::update_values | dealii::update_gradients |
                       dealii::update_JxW_values |
                       dealii::update_quadrature_points;
    dealii::FEFaceValues<dim>        face_values(discretisation.mapping,
                                          discretisation.element,
                                          discretisation.face_quadrature,
                                          flags);
    dealii::FESubfaceValues<dim>     subface_values(discretisation.mapping,
                                                discretisation.element,
                                                discretisation.face_quadrature,
                                                flags);
    typename TrialSpace<dim>::Values l;
    const auto add_face = [&](const auto &fe_values, const unsigned int face) {
      const unsigned int n = discretisation.element.dofs_per_cell;
      trial_space.evaluate(fe_values, false, l);
      FullMatrix<double> local(n, n);
      for (const unsigned int q : fe_values.quadrature_point_indices())
        {
          const double weight = fe_values.JxW(q) * std::exp(l.value[q]);
          for (unsigned int i = 0; i < n; ++i)
            for (unsigned int j = 0; j < n; ++j)
              local(i, j) += weight * fe_values.shape_value(i, q) *
                             fe_values.shape_value(j, q);
        }
      add(face / 2, local);
    };
    for (const unsigned int face : cell->face_indices())
      if (cell->at_boundary(face))
        {
          if (is_boundary_set())
            {
              face_values.reinit(cell, face);
              add_face(face_values, face);
            }
        }
      else if (cell->neighbor(face)->has_children())
        {
          if constexpr (dim == 1)
            {
              auto neighbour = cell->neighbor(face);
              while (neighbour->has_children())
                neighbour = neighbour->child(1 - face);
              if (absorbs(neighbour))
                {
                  face_values.reinit(cell, face);
                  add_face(face_values, face);
                }
            }
          else
            for (unsigned int k = 0; k < cell->face(face)->n_children(); ++k)
              if (absorbs(cell->neighbor_child_on_subface(face, k)))
                {
                  subface_values.reinit(cell, face, k);
                  add_face(subface_values, face);
                }
        }
      else if (absorbs(cell->neighbor(face)))
        {
          face_values.reinit(cell, face);
          add_face(face_values, face);
        }
  }



  template class PhaseSpace<1>;
  template class PhaseSpace<2>;
} // namespace sgdfp
