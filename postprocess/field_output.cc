// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/field_output.h"

#include "base/errors.h"
#include "base/numpy_file.h"
#include "postprocess/regular_grid.h"

namespace sgdfp
{
  using dealii::Point;
  using dealii::Tensor;

  template <int dim>
  FieldCollection<dim>::FieldCollection(
    const Discretisation<dim> &discretisation,
    const Dynamics<dim>       &dynamics,
    const TrialSpace<dim>     &trial_space)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , trial_space(trial_space)
    , list({{"loss", 1}})
  {}



  template <int dim>
  void FieldCollection<dim>::add_function(const std::string &name,
                                          const Vector      &nodal)
  {
    list.push_back({name, 1});
    sources.push_back({Source::Kind::function,
                       nullptr,
                       {discretisation.ghosted(nodal)},
                       1,
                       {}});
  }



  template <int dim>
  void FieldCollection<dim>::add_density(const std::string &name,
                                         const Vector      &nodal)
  {
    list.push_back({name, 1});
    sources.push_back({Source::Kind::density,
                       std::make_shared<const Law<dim>>(
                         discretisation, dynamics, trial_space, nodal),
                       {},
                       dim,
                       {}});
  }



  template <int dim>
  void FieldCollection<dim>::add_current(const std::string &name,
                                         const Vector      &nodal)
  {
    list.push_back({name, dim});
    sources.push_back({Source::Kind::current,
                       std::make_shared<const Law<dim>>(
                         discretisation, dynamics, trial_space, nodal),
                       {},
                       dim,
                       {}});
  }



  template <int dim>
  void FieldCollection<dim>::add_gradient_flux(const std::string         &name,
                                               const std::vector<Vector> &parts)
  {
    Source source{Source::Kind::gradient_flux, nullptr, {}, dim, {}};
    for (const Vector &part : parts)
      source.functions.push_back(discretisation.ghosted(part));
    list.push_back({name, dim});
    sources.push_back(source);
  }



  template <int dim>
  void FieldCollection<dim>::add_reactive_current(const std::string &name,
                                                  const Vector      &g,
                                                  const Vector      &q)
  {
    list.push_back({name, dim});
    sources.push_back({Source::Kind::reactive_current,
                       std::make_shared<const Law<dim>>(
                         discretisation, dynamics, trial_space, g),
                       {discretisation.ghosted(q)},
                       dim,
                       {}});
  }



  template <int dim>
  void FieldCollection<dim>::add_evaluated(const std::string &name,
                                           const unsigned int n_components,
                                           const Evaluate    &evaluate)
  {
    list.push_back({name, n_components});
    sources.push_back(
      {Source::Kind::evaluated, nullptr, {}, n_components, evaluate});
  }



  template <int dim>
  const std::vector<typename FieldCollection<dim>::Field> &
  FieldCollection<dim>::fields() const
  {
    return list;
  }



  template <int dim>
  unsigned int FieldCollection<dim>::n_components() const
  {
    unsigned int n = 0;
    for (const Field &field : list)
      n += field.n_components;
    return n;
  }



  template <int dim>
  std::vector<Tensor<1, dim>> FieldCollection<dim>::evaluate_vector(
    const Source                &source,
    const dealii::FEValues<dim> &fe_values) const
  {
    const unsigned int          n = fe_values.n_quadrature_points;
    std::vector<Tensor<1, dim>> result(n), gradients(n);
    if (source.kind == Source::Kind::gradient_flux)
      {
        const unsigned int n_parts = source.functions.size();
        for (unsigned int part = 0; part < n_parts; ++part)
          {
            fe_values.get_function_gradients(source.functions[part], gradients);
            for (unsigned int q = 0; q < n; ++q)
              for (unsigned int d = 0; d < dim; ++d)
                if (n_parts == 1 || d == part)
                  result[q][d] = -gradients[q][d];
          }
        return result;
      }
    const bool                 is_reactive = !source.functions.empty();
    std::vector<LocalLaw<dim>> local;
    std::vector<double>        f(n, 1.);
    source.law->evaluate(fe_values, false, local);
    if (is_reactive)
      {
        fe_values.get_function_values(source.functions[0], f);
        fe_values.get_function_gradients(source.functions[0], gradients);
      }
    for (unsigned int q = 0; q < n; ++q)
      {
        const auto flux = dynamics.flux(fe_values.quadrature_point(q),
                                        MatrixFieldDerivatives::divergence);
        result[q]       = f[q] * local[q].current(flux);
        if (is_reactive)
          result[q] +=
            local[q].density() * (flux.diffusion.value * gradients[q]);
      }
    return result;
  }



  template <int dim>
  void
  FieldCollection<dim>::evaluate(const dealii::FEValues<dim>      &fe_values,
                                 std::vector<std::vector<double>> &values) const
  {
    const unsigned int n = fe_values.n_quadrature_points;
    values.assign(n_components(), std::vector<double>(n));
    for (unsigned int q = 0; q < n; ++q)
      values[0][q] = dynamics.loss().value(fe_values.quadrature_point(q));
    unsigned int               row = 1;
    std::vector<LocalLaw<dim>> local;
    for (const Source &source : sources)
      if (source.kind == Source::Kind::function)
        fe_values.get_function_values(source.functions[0], values[row++]);
      else if (source.kind == Source::Kind::density)
        {
          source.law->evaluate(fe_values, false, local);
          for (unsigned int q = 0; q < n; ++q)
            values[row][q] = local[q].density();
          ++row;
        }
      else if (source.kind == Source::Kind::evaluated)
        {
          std::vector<std::vector<double>> own(source.n_components,
                                               std::vector<double>(n));
          source.evaluate(fe_values, own);
          for (std::vector<double> &component : own)
            values[row++] = std::move(component);
        }
      else
        {
          const auto field = evaluate_vector(source, fe_values);
          for (unsigned int d = 0; d < dim; ++d)
            for (unsigned int q = 0; q < n; ++q)
              values[row + d][q] = field[q][d];
          row += dim;
        }
  }



  template <int dim>
  std::pair<Point<dim>, Point<dim>> FieldCollection<dim>::window() const
  {
    if (chosen_window)
      return *chosen_window;
    for (const Source &source : sources)
      if (source.law)
        return sgdfp::window(*source.law);
    return {discretisation.box.lower(), discretisation.box.upper()};
  }



  template <int dim>
  void FieldCollection<dim>::set_window(const Point<dim> &low,
                                        const Point<dim> &high)
  {
    chosen_window = std::make_pair(low, high);
  }



  namespace
  {
    const auto point_flags = dealii::update_values | dealii::update_gradients |
                             dealii::update_quadrature_points;



    /// The fields as deal.II writes them: one patch a cell.
    template <int dim>
    class PatchOutput : public dealii::DataOutInterface<dim>
    {
    public:
      using Patch = dealii::DataOutBase::Patch<dim, dim>;

      explicit PatchOutput(const FieldCollection<dim> &collection)
        : collection(collection)
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
        return component_names(collection.fields());
      }

      VectorRanges get_nonscalar_data_ranges() const override
      {
        return vector_ranges(collection.fields());
      }

      void build_patches()
      {
        const auto                  &mesh     = collection.discretisation;
        const unsigned int           n_pieces = mesh.element.degree;
        const dealii::QIterated<dim> points(dealii::QTrapezoid<1>(), n_pieces);
        dealii::FEValues<dim>        fe_values(mesh.mapping,
                                        mesh.element,
                                        points,
                                        point_flags);
        const unsigned int           n_values = collection.n_components();
        std::vector<std::vector<double>> values;
        for (const auto &cell : mesh.dof_handler.active_cell_iterators())
          if (cell->is_locally_owned())
            {
              fe_values.reinit(cell);
              collection.evaluate(fe_values, values);
              Patch patch;
              for (const unsigned int v : cell->vertex_indices())
                patch.vertices[v] = mesh.box.from_chart(cell->vertex(v));
              patch.reference_cell = cell->reference_cell();
              patch.patch_index    = patches.size();
              patch.n_subdivisions = n_pieces;
              // In a graded box or a ball the points between are not evenly
              // spaced: their coordinates are the last rows.
              const bool is_graded = mesh.box.is_graded() || !mesh.box.is_box();
              patch.points_are_available = is_graded;
              patch.data.reinit(n_values + (is_graded ? dim : 0),
                                points.size());
              for (unsigned int q = 0; q < points.size(); ++q)
                {
                  for (unsigned int i = 0; i < n_values; ++i)
                    patch.data(i, q) = values[i][q];
                  if (is_graded)
                    for (unsigned int d = 0; d < dim; ++d)
                      patch.data(n_values + d, q) =
                        fe_values.quadrature_point(q)[d];
                }
              patches.push_back(patch);
            }
      }

      const FieldCollection<dim> &collection;
      std::vector<Patch>          patches;
    };



    /// One component after the other on the whole grid, complete on rank 0.
    template <int dim>
    std::vector<double> sample(const FieldCollection<dim> &collection,
                               const Grid<dim>            &grid)
    {
      const auto                      &mesh = collection.discretisation;
      const std::size_t                n    = Grid<dim>::n_points();
      std::vector<double>              data(collection.n_components() * n, 0.);
      std::vector<Point<dim>>          points;
      std::vector<unsigned int>        indices;
      std::vector<std::vector<double>> values;
      for (const auto &cell : mesh.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            points_in_cell(grid, cell, mesh.box, points, indices);
            if (points.empty())
              continue;
            const dealii::Quadrature<dim> rule(points);
            dealii::FEValues<dim>         fe_values(mesh.mapping,
                                            mesh.element,
                                            rule,
                                            point_flags);
            fe_values.reinit(cell);
            collection.evaluate(fe_values, values);
            for (std::size_t field = 0; field < values.size(); ++field)
              for (std::size_t k = 0; k < points.size(); ++k)
                data[field * n + indices[k]] = values[field][k];
          }
      const bool is_root =
        (dealii::Utilities::MPI::this_mpi_process(mesh.communicator) == 0);
      MPI_Reduce(is_root ? MPI_IN_PLACE : data.data(),
                 data.data(),
                 data.size(),
                 MPI_DOUBLE,
                 MPI_SUM,
                 0,
                 mesh.communicator);
      return data;
    }
  } // namespace



  template <int dim>
  void write_paraview(const FieldCollection<dim> &collection,
                      const std::string          &folder,
                      const std::string          &name)
  {
    ParaviewSeries series;
    write_paraview(collection, folder, name, 0., series);
  }



  template <int dim>
  void write_paraview(const FieldCollection<dim> &collection,
                      const std::string          &folder,
                      const std::string          &name,
                      const double                time,
                      ParaviewSeries             &series)
  {
    PatchOutput<dim> output(collection);
    add_to_series(collection.discretisation.communicator,
                  output,
                  folder,
                  name,
                  time,
                  series);
  }



  template <int dim>
  void write_grid(const FieldCollection<dim>     &collection,
                  const std::vector<std::string> &variables,
                  const Summary::Json            &notes,
                  const std::string              &folder,
                  const std::string              &name)
  {
    Grid<dim> grid;
    std::tie(grid.low, grid.high)  = collection.window();
    const std::vector<double> data = sample(collection, grid);
    run_on_root(collection.discretisation.communicator, [&]() {
      const std::size_t n = Grid<dim>::n_points();
      NumpyArchive      archive;
      archive.add_words("variables", variables);
      for (unsigned int d = 0; d < dim; ++d)
        {
          std::vector<double> axis;
          for (unsigned int i = 0; i < resolution<dim>; ++i)
            axis.push_back(grid.coordinate(d, i));
          archive.add("axis_" + std::to_string(d + 1), axis, {axis.size()});
        }
      const double *values = data.data();
      for (const auto &field : collection.fields())
        for (unsigned int c = 0; c < field.n_components; ++c)
          {
            archive.add(field.n_components == 1 ?
                          field.name :
                          field.name + "_" + std::to_string(c + 1),
                        {values, n},
                        std::vector<std::size_t>(dim, resolution<dim>));
            values += n;
          }
      archive.add_text(
        "notes",
        notes.dump(-1, ' ', false, Summary::Json::error_handler_t::replace));
      archive.write(folder + "/solution/" + name + ".npz");
      return std::string();
    });
  }



#define INSTANTIATE(dim)                                     \
  template class FieldCollection<dim>;                       \
  template void write_paraview(const FieldCollection<dim> &, \
                               const std::string &,          \
                               const std::string &);         \
  template void write_paraview(const FieldCollection<dim> &, \
                               const std::string &,          \
                               const std::string &,          \
                               const double,                 \
                               ParaviewSeries &);            \
  template void write_grid(const FieldCollection<dim> &,     \
                           const std::vector<std::string> &, \
                           const Summary::Json &,            \
                           const std::string &,              \
                           const std::string &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
