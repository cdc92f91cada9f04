// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/closed_current_statistics.h"

#include "postprocess/current_statistics.h"
#include "postprocess/postprocessor.h"

#include <deal.II/base/qprojector.h>

#include <map>

namespace sgdfp
{
  using dealii::Point;
  using dealii::Tensor;
  using dealii::Utilities::MPI::max;
  using dealii::Utilities::MPI::sum;

  namespace
  {
    // Currents below this share of what cancels in them are round-off.
    constexpr double round_off = 1e-12;

    // Places as good as the best one but for round-off: the one with the
    // greatest coordinates is taken, so that symmetric laws have one answer.
    constexpr double tie = 1e-6;



    /// Greatest value with its place.
    template <int dim>
    struct Peak
    {
      double         value = 0;
      Point<dim>     theta;
      Tensor<1, dim> direction;

      bool is_beaten_by(const double other, const Point<dim> &place) const
      {
        if (other < (1 - tie) * value || !(other > 0))
          return false;
        if (other > (1 + tie) * value)
          return true;
        for (unsigned int d = 0; d < dim; ++d)
          if (std::abs(place[d] - theta[d]) > tie * std::abs(theta[d]))
            return place[d] > theta[d];
        return other > value;
      }

      void offer(const Peak &other)
      {
        if (is_beaten_by(other.value, other.theta))
          *this = other;
      }
    };



    /// The peak over all ranks.
    template <int dim>
    Peak<dim> best(const Peak<dim> &mine, const MPI_Comm communicator)
    {
      Peak<dim>           result;
      std::vector<double> packed = {mine.value};
      for (unsigned int d = 0; d < dim; ++d)
        packed.push_back(mine.theta[d]);
      for (unsigned int d = 0; d < dim; ++d)
        packed.push_back(mine.direction[d]);
      for (const auto &from :
           dealii::Utilities::MPI::all_gather(communicator, packed))
        {
          Peak<dim> other;
          other.value = from[0];
          for (unsigned int d = 0; d < dim; ++d)
            {
              other.theta[d]     = from[1 + d];
              other.direction[d] = from[1 + dim + d];
            }
          result.offer(other);
        }
      return result;
    }



    /// What one sweep over the cells finds.
    template <int dim>
    struct Integrals
    {
      double    l1 = 0, direct_l1 = 0, difference = 0, cancelling = 0;
      double    curl_square = 0;
      double    maximum = 0, maximum_cancelling = 0, divergence = 0;
      double    highest_turn = 0, lowest_turn = 0;
      Peak<dim> strongest_curl;

      void collect(const MPI_Comm communicator)
      {
        for (double *x : {&l1, &direct_l1, &difference, &cancelling, &curl_square})
          *x = sum(*x, communicator);
        lowest_turn = -lowest_turn;
        for (double *x : {&maximum,
                          &maximum_cancelling,
                          &divergence,
                          &highest_turn,
                          &lowest_turn})
          *x = max(*x, communicator);
        lowest_turn    = -lowest_turn;
        strongest_curl = best(strongest_curl, communicator);
      }

      bool is_round_off() const
      {
        return direct_l1 <= round_off * cancelling;
      }

      /// What currents are compared with; never 0.
      double unit() const
      {
        return std::max({maximum,
                         round_off * maximum_cancelling,
                         std::numeric_limits<double>::min()});
      }
    };



    /// |v|; in 2-D signed.
    double signed_size(const std::vector<double> &v)
    {
      if (v.size() == 1)
        return v[0];
      double square = 0;
      for (const double component : v)
        square += component * component;
      return std::sqrt(square);
    }



    template <int dim>
    Integrals<dim> integrate(const ClosedCurrent<dim> &closed)
    {
      const Law<dim> &law       = closed.law;
      const double    threshold = 1e-3 * maximum(law.nodal_density());
      typename ClosedCurrent<dim>::Values values(closed,
                                                 law.discretisation.quadrature,
                                                 /*second_derivatives=*/true,
                                                 dealii::update_JxW_values);
      Integrals<dim>                      result;
      for (const auto &cell :
           law.discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            values.reinit(cell);
            const double h = diameter(law.discretisation, cell);
            for (unsigned int q = 0; q < values.law().size(); ++q)
              {
                const auto  &fe    = values.fe_values();
                const auto  &local = values.law()[q];
                const auto  &here  = values.current()[q];
                const auto   flux  = law.dynamics.flux(fe.quadrature_point(q),
                                                    MatrixFieldDerivatives::divergence);
                const auto   J     = local.current(flux);
                const double p     = local.density();
                const double size  = here.current.norm();
                const double parts =
                  0.5 * (std::abs(p) * flux.drift.norm() +
                         (flux.drift * p - J).norm());
                result.l1 += size * fe.JxW(q);
                result.direct_l1 += J.norm() * fe.JxW(q);
                result.difference += (here.current - J).norm() * fe.JxW(q);
                result.cancelling += parts * fe.JxW(q);
                result.maximum = std::max(result.maximum, size);
                result.maximum_cancelling =
                  std::max(result.maximum_cancelling, parts);
                result.divergence = std::max(result.divergence,
                                             std::abs(trace(here.gradient)) * h);
                const double turn = signed_size(curl<dim>(here.gradient));
                result.curl_square += turn * turn * fe.JxW(q);
                if (dim == 3)
                  {
                    Peak<dim> peak;
                    peak.value       = turn;
                    peak.theta       = fe.quadrature_point(q);
                    const auto rotor = curl<dim>(here.gradient);
                    for (unsigned int d = 0; d < rotor.size(); ++d)
                      peak.direction[d] = rotor[d] / turn;
                    result.strongest_curl.offer(peak);
                  }
                if (p > threshold)
                  {
                    const double omega =
                      signed_size(curl<dim>(here.velocity_gradient(local)));
                    result.highest_turn = std::max(result.highest_turn, omega);
                    result.lowest_turn  = std::min(result.lowest_turn, omega);
                  }
              }
          }
      result.collect(law.discretisation.communicator);
      return result;
    }



    /// Greatest |J*.n| on the boundary of the box and greatest jump of J*.n
    /// between two cells, also where one is larger than the other.
    template <int dim>
    std::pair<double, double> normal_fluxes(const ClosedCurrent<dim> &closed)
    {
      using Values               = typename ClosedCurrent<dim>::Values;
      const auto &discretisation = closed.law.discretisation;
      // By (face, subface); -1: all of the face.
      std::map<std::pair<unsigned int, int>, std::unique_ptr<Values>> sides;
      const auto on_face = [&](const typename Law<dim>::Cell &cell,
                               const unsigned int             face,
                               const int subface) -> const Values & {
        auto &side = sides[{face, subface}];
        if (!side)
          {
            const auto reference = cell->reference_cell();
            const auto &rule     = discretisation.face_quadrature;
            using Projector      = dealii::QProjector<dim>;
            side                 = std::make_unique<Values>(
              closed,
              subface < 0 ?
                                Projector::project_to_face(reference, rule, face) :
                                Projector::project_to_subface(
                  reference, rule, face, subface),
              false);
          }
        side->reinit(cell);
        return *side;
      };

      double at_boundary = 0, jump = 0;
      for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          for (const unsigned int f : cell->face_indices())
            {
              const unsigned int direction = f / 2;
              if (cell->at_boundary(f))
                {
                  for (const auto &here : on_face(cell, f, -1).current())
                    at_boundary =
                      std::max(at_boundary, std::abs(here.current[direction]));
                  continue;
                }
              if (cell->neighbor(f)->has_children())
                continue; // its children look at this face
              std::pair<unsigned int, int> other;
              if (cell->neighbor_is_coarser(f))
                other = cell->neighbor_of_coarser_neighbor(f);
              else if (f % 2 == 0 || cell->neighbor(f)->is_ghost())
                other = {cell->neighbor_of_neighbor(f), -1};
              else
                continue; // once is enough
              // Copied: both sides may be the same object.
              const auto here = on_face(cell, f, -1).current();
              const auto there =
                on_face(cell->neighbor(f), other.first, other.second).current();
              for (unsigned int q = 0; q < here.size(); ++q)
                jump = std::max(jump,
                                std::abs(here[q].current[direction] -
                                         there[q].current[direction]));
            }
      return {max(at_boundary, discretisation.communicator),
              max(jump, discretisation.communicator)};
    }



    /// Longest diagonal of a cell, in parameters.
    template <int dim>
    double diameter(const Discretisation<dim>     &discretisation,
                    const typename Law<dim>::Cell &cell)
    {
      const auto &box  = discretisation.box;
      const auto  last = dealii::GeometryInfo<dim>::vertices_per_cell - 1;
      return box.from_chart(cell->vertex(0))
        .distance(box.from_chart(cell->vertex(last)));
    }
