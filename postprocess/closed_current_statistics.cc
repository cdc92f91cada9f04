// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/closed_current_statistics.h"

#include "postprocess/current_statistics.h"
#include "postprocess/peak.h"
#include "postprocess/postprocessor.h"
#include "postprocess/stream_function.h"

#include <deal.II/base/qprojector.h>

#include <limits>
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
    constexpr double small_residue = 1e-12;


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
        for (double *x :
             {&l1, &direct_l1, &difference, &cancelling, &curl_square})
          *x = sum(*x, communicator);
        lowest_turn = -lowest_turn;
        for (double *x : {&maximum,
                          &maximum_cancelling,
                          &divergence,
                          &highest_turn,
                          &lowest_turn})
          *x = max(*x, communicator);
        lowest_turn    = -lowest_turn;
        strongest_curl = strongest_curl.over_all_ranks(communicator);
      }

      bool is_round_off() const
      {
        return direct_l1 <= small_residue * cancelling;
      }

      /// What currents are compared with; never 0.
      double unit() const
      {
        return std::max({maximum,
                         small_residue * maximum_cancelling,
                         std::numeric_limits<double>::min()});
      }
    };



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
                const auto &fe    = values.fe_values();
                const auto &local = values.law()[q];
                const auto &here  = values.current()[q];
                const auto  flux =
                  law.dynamics.flux(fe.quadrature_point(q),
                                    MatrixFieldDerivatives::divergence);
                const auto   J     = local.current(flux);
                const double p     = local.density();
                const double size  = here.current.norm();
                const double parts = 0.5 * (std::abs(p) * flux.drift.norm() +
                                            (p * flux.drift - J).norm());
                result.l1 += size * fe.JxW(q);
                result.direct_l1 += J.norm() * fe.JxW(q);
                result.difference += (here.current - J).norm() * fe.JxW(q);
                result.cancelling += parts * fe.JxW(q);
                result.maximum = std::max(result.maximum, size);
                result.maximum_cancelling =
                  std::max(result.maximum_cancelling, parts);
                result.divergence =
                  std::max(result.divergence,
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
            const auto  reference = cell->reference_cell();
            const auto &rule      = discretisation.face_quadrature;
            using Projector       = dealii::QProjector<dim>;
            side                  = std::make_unique<Values>(
              closed,
              subface < 0 ?
                                 Projector::project_to_face(reference, rule, face) :
                                 Projector::project_to_subface(reference, rule, face, subface),
              false);
          }
        side->reinit(cell);
        return *side;
      };

      double at_boundary = 0, jump = 0;
      for (const auto &cell :
           discretisation.dof_handler.active_cell_iterators())
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



    template <int dim>
    void report_loop(const ClosedCurrent<dim> &closed,
                     const Integrals<dim>     &integrals,
                     Summary                  &summary)
    {
      const std::string range = "current/stream_function_range";
      const std::string loop  = "current/strongest_loop";
      if (dim == 3)
        summary.set_null(range, "a stream function exists in two dimensions");
      if (integrals.is_round_off())
        {
          if (dim == 2)
            summary.set(range, 0.);
          summary.set_null(loop, "the current is nothing but round-off");
          return;
        }
      if constexpr (dim == 2)
        {
          const Peak<2> above = stream_function_peak(closed, 1.);
          const Peak<2> below = stream_function_peak(closed, -1.);
          summary.set(range, above.value + below.value);
          // Of two loops that are alike the counter-clockwise one, not the one
          // that round-off prefers.
          constexpr double tie         = 1 + 1e-6;
          const bool counter_clockwise = (tie * above.value > below.value);
          summary.set(loop + "/flow",
                      counter_clockwise ? above.value : -below.value);
          summary.set(loop + "/theta",
                      to_json(counter_clockwise ? above.theta : below.theta));
        }
      else if constexpr (dim == 3)
        {
          summary.set_null(loop + "/flow",
                           "only in two dimensions a loop has one flow");
          summary.set(loop + "/theta", to_json(integrals.strongest_curl.theta));
          summary.set(loop + "/curl", integrals.strongest_curl.value);
          summary.set(loop + "/axis",
                      to_json(integrals.strongest_curl.direction));
        }
    }



    void set_null(const std::vector<std::string> &keys,
                  const std::string              &reason,
                  Summary                        &summary)
    {
      for (const std::string &key : keys)
        summary.set_null("current/" + key, reason);
    }



    /// No loop, no curl, and J* = 0.
    template <int dim>
    void report_one_dimension(const ClosedCurrent<dim> &closed,
                              Summary                  &summary)
    {
      const double l1 = integrate(closed).direct_l1;
      summary.set("current/closed_l1", 0.);
      summary.set("current/closed_difference", l1);
      summary.set("current/closed_divergence", 0.);
      summary.set("current/closed_boundary_flux", 0.);
      set_null({"closed_curl_l2",
                "closed_velocity_curl_max",
                "stream_function_range",
                "strongest_loop"},
               "in one dimension nothing goes round: a current without sources "
               "that passes no boundary is 0",
               summary);
    }
  } // namespace



  template <int dim>
  void report_closed_current(const ClosedCurrent<dim> &closed, Summary &summary)
  {
    if (dim == 1)
      {
        report_one_dimension(closed, summary);
        return;
      }
    if (!closed.why_missing().empty())
      {
        set_null({"closed_l1",
                  "closed_difference",
                  "closed_curl_l2",
                  "closed_velocity_curl_max",
                  "closed_divergence",
                  "closed_boundary_flux",
                  "stream_function_range",
                  "strongest_loop"},
                 closed.why_missing(),
                 summary);
        return;
      }
    const Integrals<dim> integrals = integrate(closed);
    summary.set("current/closed_l1", integrals.l1);
    summary.set("current/closed_difference", integrals.difference);
    summary.set("current/closed_curl_l2", std::sqrt(integrals.curl_square));
    constexpr double tie = 1 + 1e-6;
    summary.set("current/closed_velocity_curl_max",
                tie * integrals.highest_turn > -integrals.lowest_turn ?
                  integrals.highest_turn :
                  integrals.lowest_turn);
    const auto [at_boundary, jump] = normal_fluxes(closed);
    summary.set("current/closed_divergence",
                std::max(integrals.divergence, jump) / integrals.unit());
    summary.set("current/closed_boundary_flux", at_boundary / integrals.unit());
    report_loop(closed, integrals, summary);
  }



  template void report_closed_current(const ClosedCurrent<1> &, Summary &);
  template void report_closed_current(const ClosedCurrent<2> &, Summary &);
  template void report_closed_current(const ClosedCurrent<3> &, Summary &);
} // namespace sgdfp
