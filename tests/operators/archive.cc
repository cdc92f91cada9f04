// SPDX-License-Identifier: GPL-3.0-or-later
#include "meshes/archive.h"

#include "base/errors.h"
#include "meshes/refinement.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace
{
  using namespace sgdfp;
  namespace fs = std::filesystem;

  template <int dim>
  double wave(const dealii::Point<dim> &x)
  {
    return std::sin(3 * x[0]) + (dim > 1 ? x[dim - 1] : 0);
  }



  /// A mesh with hanging nodes and the interpolant of wave() on it are read on
  /// one rank as they were written by all of them.
  template <int dim>
  void check()
  {
    const std::string folder = run_on_root(MPI_COMM_WORLD, [&]() {
      const fs::path path =
        fs::temp_directory_path() / ("sgdfp-archive-" + std::to_string(dim));
      fs::remove_all(path);
      fs::create_directories(path);
      return path.string();
    });
    DomainParameters  domain;
    domain.lower.assign(dim, -1.);
    domain.upper.assign(dim, 2.);
    domain.subdivisions       = 3;
    domain.initial_refinement = 1;
    Discretisation<dim> written(MPI_COMM_WORLD, ParameterBox<dim>(domain), 3);
    for (const auto &cell : written.mesh->active_cell_iterators())
      if ((dim == 1 || cell->is_locally_owned()) && cell->center()[0] > 1)
        cell->set_refine_flag();
    written.mesh->execute_coarsening_and_refinement();
    written.prepare();
    const Vector values  = written.interpolate(wave<dim>);
    const Vector ghosted = written.ghosted(values);
    save<dim>(written, {&ghosted}, folder);
    const auto n_cells = written.mesh->n_global_active_cells();
    MPI_Barrier(MPI_COMM_WORLD);

    domain.initial_refinement = 0;
    Discretisation<dim> all(MPI_COMM_WORLD, ParameterBox<dim>(domain), 3);
    Vector              read = load(all, 1, folder).front();
    EXPECT_EQ(all.mesh->n_global_active_cells(), n_cells);
    read -= all.interpolate(wave<dim>);
    EXPECT_EQ(read.linfty_norm(), 0);

    Discretisation<dim> alone(MPI_COMM_SELF, ParameterBox<dim>(domain), 3);
    Vector              copy = load(alone, 1, folder).front();
    EXPECT_EQ(alone.mesh->n_global_active_cells(), n_cells);
    copy -= alone.interpolate(wave<dim>);
    EXPECT_EQ(copy.linfty_norm(), 0);
    MPI_Barrier(MPI_COMM_WORLD);
  }



  TEST(Archive, OneDimension)
  {
    check<1>();
  }



  TEST(Archive, TwoDimensions)
  {
    check<2>();
  }



  TEST(Archive, ThreeDimensions)
  {
    check<3>();
  }
} // namespace
