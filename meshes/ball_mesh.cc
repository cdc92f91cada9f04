// SPDX-License-Identifier: GPL-3.0-or-later
#include "meshes/ball_mesh.h"

#include <deal.II/grid/grid_generator.h>
#include <deal.II/grid/grid_tools.h>
#include <deal.II/grid/manifold_lib.h>

#include <cmath>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    /// The distance from the centre as a function of t, and the number of
    /// layers.
    class Layers
    {
    public:
      Layers(const double radius, const double outer, const unsigned int n)
        : n_inside(n + 1)
        , radius(radius)
      {
        const double far   = outer / radius - 1;
        const double reach = std::asinh(std::pow(far, 1 / ball_grading));
        n_outside =
          std::max<unsigned int>(1, std::ceil(reach * n_inside - 1e-10));
        b = reach * n_inside / n_outside;
        a = far / std::pow(std::sinh(reach), ball_grading);
      }

      double t(const unsigned int layer) const
      {
        return static_cast<double>(layer) / n_inside;
      }

      unsigned int n() const
      {
        return n_inside + n_outside;
      }

      double distance(const double t) const
      {
        // Vertices of the two spheres, and of the centre, to round-off
        constexpr double tiny = 1e-12;
        if (std::abs(t - 1) < tiny)
          return radius;
        return radius *
               (t < 1 ? 1 - std::pow(1 - t, ball_grading) :
                        1 + a * std::pow(std::sinh(b * (t - 1)), ball_grading));
      }

      const unsigned int n_inside;

    private:
      double       radius, a, b;
      unsigned int n_outside;
    };



    constexpr dealii::types::manifold_id sphere = 0;

    /// Cells outside of the core are curved, those of the core flat.
    template <int dim>
    void set_manifolds(const Point<dim>           &centre,
                       const double                core,
                       dealii::Triangulation<dim> &mesh)
    {
      constexpr double tolerance = 1e-8;
      mesh.set_all_manifold_ids(dealii::numbers::flat_manifold_id);
      for (const auto &cell : mesh.active_cell_iterators())
        {
          bool is_outside = true;
          for (const unsigned int v : cell->vertex_indices())
            is_outside = is_outside && cell->vertex(v).distance(centre) >
                                         (1 - tolerance) * core;
          if (is_outside)
            cell->set_all_manifold_ids(sphere);
        }
      mesh.set_manifold(sphere, dealii::SphericalManifold<dim>(centre));
    }



    /// The mesh in units of t: a core of one layer, and shells around it, whose
    /// vertices are on the same rays.
    template <int dim>
    void make_layers(const Layers               &layers,
                     const unsigned int          refinement,
                     dealii::Triangulation<dim> &result)
    {
      static_assert(dim > 1, "In one dimension it is a line.");
      std::vector<dealii::Triangulation<dim>> parts(layers.n());
      dealii::GridGenerator::hyper_ball(parts[0],
                                        Point<dim>(),
                                        layers.t(1),
                                        false);
      for (unsigned int i = 1; i < layers.n(); ++i)
        {
          dealii::GridGenerator::hyper_shell(parts[i],
                                             Point<dim>(),
                                             layers.t(i),
                                             layers.t(i + 1),
                                             dim == 2 ? 4 : 6);
          // That of a disc has its vertices on the diagonals.
          if constexpr (dim == 2)
            dealii::GridTools::rotate(dealii::numbers::PI_4, parts[i]);
        }
      std::vector<const dealii::Triangulation<dim> *> pointers;
      for (auto &part : parts)
        {
          part.reset_all_manifolds();
          part.set_all_manifold_ids(dealii::numbers::flat_manifold_id);
          pointers.push_back(&part);
        }
      dealii::Triangulation<dim> coarse;
      dealii::GridGenerator::merge_triangulations(pointers, coarse, 1e-10);
      set_manifolds(Point<dim>(), layers.t(1), coarse);
      coarse.refine_global(refinement);
      dealii::GridGenerator::flatten_triangulation(coarse, result);
    }
  } // namespace



  template <int dim>
  void make_ball_mesh(const NestedBalls<dim>     &balls,
                      const unsigned int          subdivisions,
                      const unsigned int          refinement,
                      dealii::Triangulation<dim> &mesh)
  {
    const Layers layers(balls.radius, balls.outer_radius, subdivisions);
    const auto   place = [&](const Point<dim> &x) {
      const double t = x.norm();
      return t > 0 ? balls.centre + x * (layers.distance(t) / t) : balls.centre;
    };
    if constexpr (dim == 1)
      {
        dealii::GridGenerator::subdivided_hyper_cube(mesh,
                                                     2 * layers.n()
                                                       << refinement,
                                                     -layers.t(layers.n()),
                                                     layers.t(layers.n()));
        dealii::GridTools::transform(place, mesh);
      }
    else
      {
        dealii::Triangulation<dim> graded;
        make_layers(layers, refinement, graded);
        graded.reset_all_manifolds();
        dealii::GridTools::transform(place, graded);
        set_manifolds(balls.centre, layers.distance(layers.t(1)), graded);
        mesh.copy_triangulation(graded);
      }
  }



  template void make_ball_mesh(const NestedBalls<1> &,
                               unsigned int,
                               unsigned int,
                               dealii::Triangulation<1> &);
  template void make_ball_mesh(const NestedBalls<2> &,
                               unsigned int,
                               unsigned int,
                               dealii::Triangulation<2> &);
  template void make_ball_mesh(const NestedBalls<3> &,
                               unsigned int,
                               unsigned int,
                               dealii::Triangulation<3> &);
} // namespace sgdfp
