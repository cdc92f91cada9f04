// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/paraview_output.h"

#include "base/errors.h"
#include "models/extreme_eigenvalues.h"
#include "postprocess/current_statistics.h"
#include "postprocess/output_field.h"

#include <deal.II/base/data_out_base.h>
#include <deal.II/base/quadrature_lib.h>


namespace sgdfp
{
  using dealii::Point;
  using dealii::Tensor;

  namespace
  {
    using Field = OutputField;



    template <int dim>
    std::vector<Field> fields(const bool with_reference,
                              const bool with_closed_current)
    {
      std::vector<Field> list = {{"density", 1},
                                 {"log_density", 1},
                                 {"loss", 1},
                                 {"sharpness", 1},
                                 {"current", dim},
                                 {"velocity", dim},
                                 {"entropy_production_density", 1}};
      if (dim > 1)
        list.push_back({"curl", dim == 2 ? 1 : 3});
      if (with_closed_current)
        list.push_back({"closed_current", dim});
      if (with_closed_current && dim == 2)
        list.push_back({"stream_function", 1});
      if (with_reference)
        {
          list.push_back({"gibbs_density", 1});
          list.push_back({"log_ratio", 1});
        }
      return list;
    }



    /// The law as deal.II writes it: one patch a cell, evaluated directly.
    template <int dim>
    class LawOutput : public dealii::DataOutInterface<dim>
    {
    public:
      using Patch = dealii::DataOutBase::Patch<dim, dim>;

      LawOutput(const ClosedCurrent<dim>                 &closed,
                const boost::optional<GibbsDensity<dim>> &reference)
        : closed(closed)
        , law(closed.law)
        , reference(reference)
        , has_closed(dim > 1 && closed.why_missing().empty())
        , list(fields<dim>(static_cast<bool>(reference), has_closed))
        , highest(maximum(law.nodal_density()))
      {
        build_patches();
      }

    private:
      const std::vector<Patch> &get_patches() const override
      {
        return patches;
      }

      std::vector<std::string> get_dataset_names() const override
      {
        return component_names(list);
      }

      VectorRanges get_nonscalar_data_ranges() const override
      {
        return vector_ranges(list);
      }

      void build_patches();

      /// All fields at one point, in the order of `list`.
      std::vector<double>
      values_at(const Point<dim>              &theta,
                const LocalLaw<dim>           &local,
                const LocalClosedCurrent<dim> &closed_current) const;

      const ClosedCurrent<dim>                 &closed;
      const Law<dim>                           &law;
      const boost::optional<GibbsDensity<dim>> &reference;
      const bool                                has_closed;
      const std::vector<Field>                  list;
      const double                              highest;
      std::vector<Patch>                        patches;
    };



    /// Linear pieces per direction of a cell: the degree at least, but twice as
    /// many in the plane where that is no burden, so that ParaView's integrals
    /// are good to 1e-3 (docs/paraview.md), and one more in space, where cells
    /// are few and J is far from a polynomial of the degree.
    template <int dim>
    unsigned int pieces_of(const Discretisation<dim> &discretisation)
    {
      constexpr unsigned int many = 20000;
      const unsigned int     k    = discretisation.element.degree;
      const auto n_cells = discretisation.mesh->n_global_active_cells();
      return dim == 3 ? k + 1 : n_cells <= many ? 2 * k : k;
    }



    template <int dim>
    void LawOutput<dim>::build_patches()
    {
      const auto                  &discretisation = law.discretisation;
      const unsigned int           n_pieces       = pieces_of(discretisation);
      const dealii::QIterated<dim> points(dealii::QTrapezoid<1>(), n_pieces);
      typename ClosedCurrent<dim>::Values at_points(
        closed, points, /*second_derivatives=*/true);
      unsigned int n_values = 0;
      for (const Field &field : list)
        n_values += field.n_components;

      for (const auto &cell :
           discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            at_points.reinit(cell);
            const auto &fe_values = at_points.fe_values();
            Patch       patch;
            for (const unsigned int v : cell->vertex_indices())
              patch.vertices[v] =
                discretisation.box.from_chart(cell->vertex(v));
            patch.reference_cell = cell->reference_cell();
            patch.patch_index    = patches.size();
            patch.n_subdivisions = n_pieces;
            // In a graded box or a ball the points between are not evenly
            // spaced: their coordinates are the last rows.
            const bool is_graded =
              discretisation.box.is_graded() || !discretisation.box.is_box();
            patch.points_are_available = is_graded;
            patch.data.reinit(n_values + (is_graded ? dim : 0), points.size());
            for (unsigned int q = 0; q < points.size(); ++q)
              {
                const auto values = values_at(fe_values.quadrature_point(q),
                                              at_points.law()[q],
                                              at_points.current()[q]);
                for (unsigned int i = 0; i < n_values; ++i)
                  patch.data(i, q) = values[i];
                if (is_graded)
                  for (unsigned int d = 0; d < dim; ++d)
                    patch.data(n_values + d, q) =
                      fe_values.quadrature_point(q)[d];
              }
            patches.push_back(patch);
          }
    }



    template <int dim>
    std::vector<double> LawOutput<dim>::values_at(
      const Point<dim>              &theta,
      const LocalLaw<dim>           &local,
      const LocalClosedCurrent<dim> &closed_current) const
    {
      constexpr double log_floor = 1e-18, velocity_floor = 1e-12;
      const auto   flux = law.dynamics.flux(theta, MatrixFieldDerivatives::all);
      const double p    = local.density();
      const double log_p     = std::log(std::max(p, log_floor * highest));
      const double loss      = law.dynamics.loss().value(theta);
      const Tensor<1, dim> J = local.current(flux);
      Tensor<1, dim>       v;
      double               production = 0;
      if (p > velocity_floor * highest)
        {
          v            = local.velocity(flux);
          const auto D = flux.diffusion.value;
          // Singular D: entropy production has no value there.
          if (determinant(D) > 1e-13 * std::pow(trace(D), dim))
            production = (v * (invert(Tensor<2, dim>(D)) * v)) * p;
        }

      std::vector<double> values = {
        p,
        log_p,
        loss,
        extreme_eigenvalues(law.dynamics.loss().hessian(theta)).second};
      for (unsigned int d = 0; d < dim; ++d)
        values.push_back(J[d]);
      for (unsigned int d = 0; d < dim; ++d)
        values.push_back(v[d]);
      values.push_back(production);
      for (const double c : curl<dim>(local.current_gradient(flux)))
        values.push_back(c);
      if (has_closed)
        for (unsigned int d = 0; d < dim; ++d)
          values.push_back(closed_current.current[d]);
      if (has_closed && dim == 2)
        values.push_back(closed_current.potential.front());
      if (reference)
        {
          const double log_q = reference->log_density(theta);
          values.push_back(std::exp(log_q));
          values.push_back(log_p -
                           std::max(log_q, std::log(log_floor * highest)));
        }
      return values;
    }
  } // namespace



  template <int dim>
  void write_paraview(const ClosedCurrent<dim>                 &closed,
                      const boost::optional<GibbsDensity<dim>> &reference,
                      const std::string                        &folder,
                      const double                              time,
                      ParaviewSeries                           &series)
  {
    LawOutput<dim> output(closed, reference);
    add_to_series(closed.law.discretisation.communicator,
                  output,
                  folder,
                  "law",
                  time,
                  series);
  }



  template <int dim>
  void write_paraview(const ClosedCurrent<dim>                 &closed,
                      const boost::optional<GibbsDensity<dim>> &reference,
                      const std::string                        &folder)
  {
    ParaviewSeries series;
    write_paraview(closed, reference, folder, 0., series);
  }



#define INSTANTIATE(dim)                                                   \
  template void write_paraview(const ClosedCurrent<dim> &,                 \
                               const boost::optional<GibbsDensity<dim>> &, \
                               const std::string &);                       \
  template void write_paraview(const ClosedCurrent<dim> &,                 \
                               const boost::optional<GibbsDensity<dim>> &, \
                               const std::string &,                        \
                               const double,                               \
                               ParaviewSeries &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
