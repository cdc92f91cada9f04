// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/kinetic_output.h"

#include "postprocess/postprocessor.h"
#include "postprocess/regular_grid.h"

#include <cmath>

namespace sgdfp
{
  using dealii::FEValues;
  using dealii::Point;

  namespace
  {
    // Densities below are not told from 0.
    constexpr double least = 1e-30;



    /// Hands the moments at the points of FEValues objects to @p fill. The
    /// evaluator is made anew only where the points differ.
    template <int dim>
    typename FieldCollection<dim>::Evaluate
    of_moments(const KineticLaw<dim>                            &law,
               const std::function<void(const VelocityMoments<dim> &,
                                        const Point<dim> &,
                                        std::vector<double> &)> &fill)
    {
      using Evaluator = typename KineticLaw<dim>::Evaluator;
      auto cached     = std::make_shared<std::unique_ptr<Evaluator>>();
      return [&law, fill, cached](const FEValues<dim>              &fe_values,
                                  std::vector<std::vector<double>> &values) {
        if (!*cached || !((*cached)->points().get_quadrature() ==
                          fe_values.get_quadrature()))
          *cached =
            std::make_unique<Evaluator>(law, fe_values.get_quadrature());
        const typename Discretisation<dim>::Cell cell(
          law.discretisation.mesh.get(),
          fe_values.get_cell()->level(),
          fe_values.get_cell()->index(),
          &law.discretisation.dof_handler);
        (*cached)->reinit(cell);
        std::vector<double> at_point(values.size());
        for (const unsigned int q : fe_values.quadrature_point_indices())
          {
            fill((*cached)->moments(q),
                 fe_values.quadrature_point(q),
                 at_point);
            for (std::size_t c = 0; c < values.size(); ++c)
              values[c][q] = at_point[c];
          }
      };
    }



    template <int dim>
    Point<dim> point_of(const std::vector<double> &coordinates)
    {
      Point<dim> x;
      for (unsigned int d = 0; d < dim; ++d)
        x[d] = coordinates[d];
      return x;
    }



    /// Where the nodal density is largest.
    template <int dim>
    Point<dim> mode(const Law<dim> &law)
    {
      const auto   &discretisation = law.discretisation;
      const Vector &P              = law.nodal_density();
      const double  greatest       = maximum(P);
      // Of equal ones the first, by coordinates: the same on any ranks.
      std::vector<double> best(dim, std::numeric_limits<double>::max());
      std::vector<dealii::types::global_dof_index> dofs(
        discretisation.element.dofs_per_cell);
      for (const auto &cell :
           discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            cell->get_dof_indices(dofs);
            for (unsigned int i = 0; i < dofs.size(); ++i)
              if (static_cast<double>(P(dofs[i])) >= (1 - 1e-9) * greatest)
                {
                  const auto x =
                    discretisation.mapping.transform_unit_to_real_cell(
                      cell, discretisation.element.unit_support_point(i));
                  const std::vector<double> candidate(&x[0], &x[0] + dim);
                  best = std::min(best, candidate);
                }
          }
      for (const auto &other :
           dealii::Utilities::MPI::all_gather(discretisation.communicator,
                                              best))
        best = std::min(best, other);
      return point_of<dim>(best);
    }
  } // namespace



  template <int dim>
  FieldCollection<dim>
  kinetic_fields(const KineticLaw<dim>                    &law,
                 const Law<dim>                           &marginal,
                 const boost::optional<GibbsDensity<dim>> &reference)
  {
    FieldCollection<dim> fields(law.discretisation,
                                marginal.dynamics,
                                marginal.trial());
    using Moments = VelocityMoments<dim>;
    using Values  = std::vector<double>;
    const auto add =
      [&](
        const std::string &name,
        const unsigned int n_components,
        const std::function<void(const Moments &, const Point<dim> &, Values &)>
          &fill) {
        fields.add_evaluated(name, n_components, of_moments<dim>(law, fill));
      };
    add("density", 1, [](const Moments &m, const Point<dim> &, Values &v) {
      v[0] = m.density;
    });
    add("log_density", 1, [](const Moments &m, const Point<dim> &, Values &v) {
      v[0] = std::log(std::max(least, m.density));
    });
    if (reference)
      {
        const GibbsDensity<dim> gibbs = *reference;
        add("gibbs_density",
            1,
            [gibbs](const Moments &, const Point<dim> &theta, Values &v) {
              v[0] = std::exp(gibbs.log_density(theta));
            });
        add("log_ratio",
            1,
            [gibbs](const Moments &m, const Point<dim> &theta, Values &v) {
              v[0] =
                std::log(std::max(least, m.density)) - gibbs.log_density(theta);
            });
      }
    add("current", dim, [](const Moments &m, const Point<dim> &, Values &v) {
      for (unsigned int d = 0; d < dim; ++d)
        v[d] = m.flux[d];
    });
    add("velocity", dim, [](const Moments &m, const Point<dim> &, Values &v) {
      for (unsigned int d = 0; d < dim; ++d)
        v[d] = (m.density > least ? m.flux[d] / m.density : 0.);
    });
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j)
        add("temperature_" + std::to_string(i + 1) + std::to_string(j + 1),
            1,
            [i, j](const Moments &m, const Point<dim> &, Values &v) {
              v[0] = (m.density > least ? m.second[i][j] / m.density : 0.);
            });
    const auto [low, high] = window(marginal);
    fields.set_window(low, high);
    return fields;
  }



  template <int dim>
  void write_kinetic_fields(const KineticLaw<dim>                    &law,
                            const Law<dim>                           &marginal,
                            const boost::optional<GibbsDensity<dim>> &reference,
                            const std::vector<std::string>           &variables,
                            const Summary::Json                      &notes,
                            const std::string                        &folder,
                            const std::string                        &suffix,
                            const double                              time,
                            ParaviewSeries                           &series)
  {
    const FieldCollection<dim> fields =
      kinetic_fields(law, marginal, reference);
    write_paraview(fields, folder, "law", time, series);
    write_grid(fields, variables, notes, folder, "grid" + suffix);
    const auto [low, high]  = fields.window();
    const Point<dim> centre = mode(marginal);
    for (unsigned int d = 0; d < dim; ++d)
      write_phase_plane(law.discretisation.communicator,
                        sample_phase_plane(law, d, low, high, centre),
                        variables[d],
                        folder + "/solution/phase_plane_" +
                          std::to_string(d + 1) + suffix);
  }



  template <int dim>
  void write_kinetic_fields(const KineticLaw<dim>                    &law,
                            const Law<dim>                           &marginal,
                            const boost::optional<GibbsDensity<dim>> &reference,
                            const std::vector<std::string>           &variables,
                            const Summary::Json                      &notes,
                            const std::string                        &folder)
  {
    ParaviewSeries series;
    write_kinetic_fields(
      law, marginal, reference, variables, notes, folder, "", 0., series);
  }



  template <int dim>
  void write_kinetic_probes(const KineticLaw<dim>      &law,
                            const Loss<dim>            &loss,
                            const ObservableParameters &parameters,
                            Summary                    &summary)
  {
    constexpr double tolerance = 1e-12; // relative to the cell
    const auto      &mesh      = law.discretisation;
    summary.set("probes", Summary::Json::array());
    for (const auto &coordinates : parameters.probe_points)
      {
        const Point<dim> x = point_of<dim>(coordinates);
        // Number of cells that hold x, p, flux, <v v^T> p
        std::vector<double> sums(2 + dim + dim * dim, 0.);
        for (const auto &cell : mesh.dof_handler.active_cell_iterators())
          if (cell->is_locally_owned())
            {
              const Point<dim> unit = mesh.box.unit_point(*cell, x);
              if (!dealii::GeometryInfo<dim>::is_inside_unit_cell(unit,
                                                                  tolerance))
                continue;
              typename KineticLaw<dim>::Evaluator at(
                law, dealii::Quadrature<dim>({unit}));
              at.reinit(cell);
              const auto moments = at.moments(0);
              sums[0] += 1;
              sums[1] += moments.density;
              for (unsigned int d = 0; d < dim; ++d)
                {
                  sums[2 + d] += moments.flux[d];
                  for (unsigned int e = 0; e < dim; ++e)
                    sums[2 + dim + d * dim + e] += moments.second[d][e];
                }
            }
        dealii::Utilities::MPI::sum(sums, mesh.communicator, sums);
        dealii::Tensor<1, dim> current;
        dealii::Tensor<2, dim> temperature;
        for (unsigned int d = 0; d < dim; ++d)
          {
            current[d] = sums[2 + d] / sums[0];
            for (unsigned int e = 0; e < dim; ++e)
              temperature[d][e] = sums[2 + dim + d * dim + e] / sums[1];
          }
        summary.append("probes",
                       {{"theta", coordinates},
                        {"density", sums[1] / sums[0]},
                        {"current", to_json(current)},
                        {"temperature", to_json(temperature)},
                        {"loss", loss.value(x)}});
      }
  }



  template <int dim>
  LawComparison compare_laws(const Law<dim> &p, const Law<dim> &q)
  {
    const auto                &mesh = p.discretisation;
    FEValues<dim>              fe_values(mesh.mapping,
                            mesh.element,
                            mesh.quadrature,
                            dealii::update_values | dealii::update_gradients |
                              dealii::update_quadrature_points |
                              dealii::update_JxW_values);
    std::vector<LocalLaw<dim>> at_p, at_q;
    std::vector<double>        sums(3, 0.);
    for (const auto &cell : mesh.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          p.evaluate(fe_values, false, at_p);
          q.evaluate(fe_values, false, at_q);
          for (const unsigned int k : fe_values.quadrature_point_indices())
            {
              const double a = at_p[k].density(), b = at_q[k].density();
              const double JxW = fe_values.JxW(k);
              sums[0] += std::abs(a - b) * JxW;
              if (a > 0 && b > 0)
                sums[1] += (a * std::log(a / b) - a + b) * JxW;
              const auto flux =
                q.dynamics.flux(fe_values.quadrature_point(k),
                                MatrixFieldDerivatives::divergence);
              sums[2] += at_q[k].current(flux).norm() * JxW;
            }
        }
    dealii::Utilities::MPI::sum(sums, mesh.communicator, sums);
    return {sums[0], sums[1], sums[2]};
  }



#define INSTANTIATE(dim)                                                    \
  template FieldCollection<dim> kinetic_fields(                             \
    const KineticLaw<dim> &,                                                \
    const Law<dim> &,                                                       \
    const boost::optional<GibbsDensity<dim>> &);                            \
  template void write_kinetic_fields(                                       \
    const KineticLaw<dim> &,                                                \
    const Law<dim> &,                                                       \
    const boost::optional<GibbsDensity<dim>> &,                             \
    const std::vector<std::string> &,                                       \
    const Summary::Json &,                                                  \
    const std::string &);                                                   \
  template void write_kinetic_fields(                                       \
    const KineticLaw<dim> &,                                                \
    const Law<dim> &,                                                       \
    const boost::optional<GibbsDensity<dim>> &,                             \
    const std::vector<std::string> &,                                       \
    const Summary::Json &,                                                  \
    const std::string &,                                                    \
    const std::string &,                                                    \
    const double,                                                           \
    ParaviewSeries &);                                                      \
  template void          write_kinetic_probes(const KineticLaw<dim> &,      \
                                              const Loss<dim> &,            \
                                              const ObservableParameters &, \
                                              Summary &);                   \
  template LawComparison compare_laws(const Law<dim> &, const Law<dim> &);

  INSTANTIATE(1)
  INSTANTIATE(2)
#undef INSTANTIATE
} // namespace sgdfp
