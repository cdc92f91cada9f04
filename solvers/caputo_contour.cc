// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/caputo_contour.h"

#include "base/errors.h"
#include "base/text.h"
#include "fractional/hyperbola.h"
#include "solvers/complex_inverse.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    constexpr unsigned int n_nodes = 12, n_check_nodes = 8;

    template <int dim>
    bool is_direct(const Generator        &generator,
                   const SolverParameters &solver_parameters)
    {
      return solver_parameters.use_direct(
        dim, 2 * generator.mass_functional().size(), !generator.is_assembled());
    }
  } // namespace



  Vector caputo_law(const Generator        &generator,
                    const SolverParameters &solver_parameters,
                    const bool              use_direct,
                    const Vector           &initial,
                    const double            order,
                    const double            t,
                    const unsigned int      n,
                    double                 *round_off)
  {
    Vector P = generator.zero(), x = P, y = P, source = P;
    generator.mass_matrix().vmult(source, initial);
    // The same sum for A = 0
    double one = 0;
    for (const auto &[z, weight] : hyperbola(n, t))
      {
        const std::complex<double> power = std::pow(z, order);
        ComplexInverse inverse(generator, solver_parameters, power, use_direct);
        inverse.solve(x, y, source);
        const std::complex<double> factor = 2. * weight * power / z;
        P.add(factor.real(), x);
        P.add(-factor.imag(), y);
        one += 2 * (weight / z).real();
      }
    P *= 1 / one;
    // What round-off of the solves leaves of the difference.
    if (generator.conserves_mass())
      {
        const double factor = (generator.mass_functional() * initial) /
                              (generator.mass_functional() * P);
        P *= factor;
        if (round_off != nullptr)
          *round_off = std::abs(factor - 1);
      }
    return P;
  }



  template <int dim>
  std::vector<Vector>
  preview_by_contour(const EvolutionSpace<dim> &space,
                     const TimeParameters      &parameters,
                     const SolverParameters    &solver_parameters,
                     const Vector              &initial)
  {
    // Errors of 1e-5, for a mesh.
    constexpr unsigned int n_preview_nodes = 5, most_times = 12;
    const Generator       &generator = space.evolving();
    const double           order     = parameters.caputo_order;
    const Vector           P         = space.restrict_to(initial);
    Vector                 rate      = generator.zero();
    generator.apply(rate, P);
    // What has changed by t is |A P| t^b: tenth by tenth, until that is little.
    constexpr double little = 0.1, ratio = 10;
    double change = rate.l1_norm() * std::pow(parameters.end_time, order);
    double t      = parameters.end_time;
    std::vector<Vector> laws;
    do
      {
        laws.push_back(
          space.extend(caputo_law(generator,
                                  solver_parameters,
                                  is_direct<dim>(generator, solver_parameters),
                                  P,
                                  order,
                                  t,
                                  n_preview_nodes)));
        change /= ratio;
        t *= std::pow(ratio, -1 / order);
      }
    while (change > little && laws.size() < most_times);
    return laws;
  }



  template <int dim>
  std::vector<Vector> CaputoContour<dim>::preview(const Vector &P) const
  {
    return preview_by_contour(space, parameters, solver_parameters, P);
  }



  template <int dim>
  void CaputoContour<dim>::start(const Vector &P)
  {
    initial = space.restrict_to(P);
    this->show(initial);
    space_error = space.error_of(this->density());
  }



  template <int dim>
  Vector CaputoContour<dim>::sum(const unsigned int n,
                                 const double       t,
                                 double            *round_off)
  {
    n_factorisations += n;
    return caputo_law(space.evolving(),
                      solver_parameters,
                      is_direct<dim>(space.evolving(), solver_parameters),
                      initial,
                      parameters.caputo_order,
                      t,
                      n,
                      round_off);
  }



  template <int dim>
  void CaputoContour<dim>::advance()
  {
    const RunLog::Phase phase(log, "contours");
    this->has_moved        = false;
    const double t         = outputs.at(n_steps);
    double       round_off = 0;
    const Vector P         = sum(n_nodes, t, &round_off);
    Vector       absolute  = sum(n_check_nodes, t);
    absolute -= P;
    check_petsc(VecAbs(absolute), "VecAbs");
    Vector masses = space.evolving().mass_functional();
    check_petsc(VecAbs(masses), "VecAbs");
    const double     difference = absolute * masses;
    constexpr double close      = 1e-4;
    if (!(difference < close))
      throw Refusal("not resolved",
                    "contours of 8 and of 12 nodes give laws that differ by " +
                      to_text(difference) + " in L1 at t = " + to_text(t) +
                      ": eigenvalues of the generator are too far from the "
                      "real axis for them. Use Time/caputo method = L1");
    constexpr double safety = 10;
    const double     ratio  = static_cast<double>(n_nodes) / n_check_nodes;
    const double     error  = safety * std::pow(difference, ratio) + round_off;
    // Where mass is killed, round-off is not known by itself.
    time_error =
      std::max(time_error,
               space.evolving().conserves_mass() ? error : difference);
    ++n_steps;
    this->show(P);
    space_error = std::max(space_error, space.error_of(this->density()));
  }



  template <int dim>
  double CaputoContour<dim>::time() const
  {
    return n_steps == 0 ? 0. : outputs[n_steps - 1];
  }



  template <int dim>
  double CaputoContour<dim>::last_step() const
  {
    return time() - (n_steps < 2 ? 0. : outputs[n_steps - 2]);
  }



  template <int dim>
  bool CaputoContour<dim>::is_output_time() const
  {
    return n_steps > 0;
  }



  template <int dim>
  bool CaputoContour<dim>::is_finished() const
  {
    return n_steps == outputs.size();
  }



  template <int dim>
  std::vector<Vector> CaputoContour<dim>::vectors() const
  {
    return {this->coefficients(), initial};
  }



  template <int dim>
  void CaputoContour<dim>::resume(const Json                &state,
                                  const std::vector<Vector> &vectors)
  {
    Evolution<dim>::resume(state, vectors);
    initial = vectors.at(1);
  }



  template <int dim>
  void CaputoContour<dim>::report(Summary &summary) const
  {
    Evolution<dim>::report(summary);
    summary.set("time/method", "contour");
    summary.set("time/solves_per_output", n_nodes);
    summary.set("time/solves_of_the_check", n_check_nodes);
  }



#define INSTANTIATE(dim)                                                       \
  template class CaputoContour<dim>;                                           \
  template std::vector<Vector> preview_by_contour(const EvolutionSpace<dim> &, \
                                                  const TimeParameters &,      \
                                                  const SolverParameters &,    \
                                                  const Vector &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
