// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/stationary.h"

#include "base/errors.h"
#include "base/text.h"

#include <cmath>
#include <limits>

namespace sgdfp
{
  namespace
  {
    /// Mass of the density p
    double mass_of(const Generator &generator, const Vector &p)
    {
      return generator.mass_functional() * p;
    }



    Vector diagonal(const SparseMatrix &matrix, const Vector &like)
    {
      Vector               result = like;
      const PetscErrorCode ierr   = MatGetDiagonal(matrix, result);
      AssertThrow(ierr == 0, dealii::ExcPETScError(ierr));
      return result;
    }



    /// diag(A) p, what a residual A p is small against
    Vector residual_scale(const Generator &generator, const Vector &p)
    {
      Vector product = generator.rates();
      product.scale(p);
      return product;
    }



    /// p with signs that know nothing of any mode
    Vector scattered_signs(const Vector &p)
    {
      Vector result = p;
      for (const auto i : p.locally_owned_elements())
        {
          const bool sign = ((i * 2654435761u) >> 16) & 1;
          result(i)       = (sign ? 1. : -1.) * static_cast<double>(p(i));
        }
      result.compress(dealii::VectorOperation::insert);
      return result;
    }



    /// @throws Refusal where entries of the operator are not finite
    void check_operator(const Generator &generator)
    {
      const double sum =
        diagonal(generator.preconditioner_matrix(), generator.zero())
          .l1_norm() +
        generator.mass_functional().l1_norm();
      if (!std::isfinite(sum))
        throw Refusal("not resolved",
                      "the coefficients of the equation overflow in this box: "
                      "shrink Domain/lower and upper, or the noise");
    }



    /// The fastest rate of the discrete operator, max rates()/M_ii, in 1/t.
    double fastest_rate(const Generator &generator)
    {
      const Vector zero = generator.zero();
      const Vector a    = generator.rates();
      const Vector m    = diagonal(generator.mass_matrix(), zero);
      double       rate = 0;
      for (const auto i : a.locally_owned_elements())
        rate = std::max(rate,
                        std::abs(static_cast<double>(a(i))) /
                          static_cast<double>(m(i)));
      return dealii::Utilities::MPI::max(rate, a.get_mpi_communicator());
    }
  } // namespace



  double round_off_shift(const Generator &generator)
  {
    constexpr double round_off = 1e-15;
    return round_off * fastest_rate(generator);
  }



  StationarySolver::StationarySolver(const MPI_Comm          communicator,
                                     const SolverParameters &parameters,
                                     const bool              use_direct)
    : use_direct(use_direct)
    , tolerance(parameters.tolerance)
    , linear_solver(communicator, parameters)
    , parameters(parameters)
  {
    linear_solver.on_iteration = [this](const unsigned int i, const double r) {
      if (on_iteration)
        on_iteration(i, r);
    };
  }



  StationarySolver::Report StationarySolver::solve(const Generator &generator,
                                                   Vector          &density,
                                                   const double     reduction)
  {
    check_operator(generator);
    const bool direct = use_direct && generator.is_assembled();
    density.scale(generator.free_coefficients()); // hanging nodes take no part
    density /= mass_of(generator, density);
    const auto n      = (direct ? inverse_iteration(generator, density) :
                         generator.is_assembled() && !generator.needs_balance() ?
                                  correct(generator, density, reduction) :
                                  correct_balanced(generator, density, reduction));
    Report     report = measure(generator, density);
    report.iterations = n;
    if (direct || reduction == 0)
      estimate_weight_error(generator, density, report);
    generator.complete(density);
    return report;
  }



  StationarySolver::Report StationarySolver::measure(const Generator &generator,
                                                     Vector &density) const
  {
    Report report;
    density /= mass_of(generator, density);

    Vector residual = generator.zero();
    generator.apply(residual, density);
    report.residual =
      residual.l2_norm() / residual_scale(generator, density).l2_norm();
    return report;
  }



  unsigned int StationarySolver::inverse_iteration(const Generator &generator,
                                                   Vector          &density)
  {
    constexpr double   tolerance = 1e-13;
    constexpr unsigned most      = 8;
    shift                        = round_off_shift(generator);
    if (generator.needs_balance())
      balanced =
        std::make_unique<BalancedInverse>(generator, parameters, shift);
    else
      linear_solver.factorise(generator, shift);

    Vector next = generator.zero(), right_side = generator.zero();
    double change = 0;
    for (unsigned int step = 1; step <= most; ++step)
      {
        generator.mass_matrix().vmult(right_side, density);
        if (balanced)
          balanced->solve(next, right_side, /*transposed=*/false);
        else
          linear_solver.solve(next, right_side);
        next /= mass_of(generator, next);
        density -= next;
        change  = density.l1_norm() / next.l1_norm();
        density = next;
        if (!std::isfinite(change))
          break;
        if (change < tolerance)
          return step;
      }
    if (std::isfinite(change))
      return most;
    throw Refusal("not resolved",
                  "the discrete equation has no finite solution: the mesh is "
                  "far too coarse, or D vanishes on parts of the box. Raise "
                  "Domain/initial refinement or Noise/isotropic floor");
  }



  double StationarySolver::find_slowest_rate(const Generator &generator,
                                             const Vector    &density)
  {
    // Inverse iteration among the densities of mass zero. Three steps are
    // enough for the order of magnitude: where the slowest rate matters it is
    // far below the next one.
    constexpr unsigned int n_steps  = 3;
    const bool             is_exact = (shift != 0);
    constexpr double       loose    = 1e-2;
    if (balanced && !is_exact)
      balanced->set_tolerance(loose);
    else if (!is_exact)
      linear_solver.set_tolerances(loose, 0);
    Vector y = scattered_signs(density), right_side = generator.zero();
    double rate = 0;
    for (unsigned int step = 0; step < n_steps; ++step)
      {
        y.add(-mass_of(generator, y), density);
        y /= y.l1_norm();
        if (is_exact)
          generator.mass_matrix().vmult(right_side, y);
        else
          {
            right_side = y;
            right_side.scale(generator.mass_functional());
          }
        if (balanced)
          balanced->solve(y, right_side, /*transposed=*/false);
        else
          linear_solver.solve(y, right_side);
        y.add(-mass_of(generator, y), density);
        rate = 1 / y.l1_norm() - shift;
      }
    return rate;
  }



  void StationarySolver::estimate_weight_error(const Generator &generator,
                                               const Vector    &density,
                                               Report          &report)
  {
    Vector residual = generator.zero();
    generator.apply(residual, density);
    const Vector     scale     = residual_scale(generator, density);
    constexpr double round_off = 1e-16;
    const double     size = residual.l1_norm() + round_off * scale.l1_norm();

    // It hardly changes from one trial space to the next: that of an earlier
    // pass serves an iterative solve, unless much depends on it.
    constexpr double harmless = 1e-7;
    const bool       is_exact = (shift != 0); // a factorisation
    if (is_exact || !(size < harmless * slowest_rate))
      slowest_rate = find_slowest_rate(generator, density);
    report.slowest_rate = slowest_rate;
    report.weight_error =
      (slowest_rate > 0 ? size / slowest_rate :
                          std::numeric_limits<double>::infinity());
  }



  unsigned int StationarySolver::correct(const Generator &generator,
                                         Vector          &density,
                                         const double     reduction)
  {
    shift = 0;
    linear_solver.prepare_iterative(generator);
    // The size of A p that counts as zero depends on p: the first estimate of
    // it may be far too large.
    constexpr unsigned int most_rounds = 4;
    unsigned int           n           = 0;
    Vector right_side = generator.zero(), correction = generator.zero();
    for (unsigned int round = 0; round < most_rounds; ++round)
      {
        const double absolute =
          tolerance * residual_scale(generator, density).l2_norm();
        generator.apply(right_side, density);
        right_side *= -1;
        if (right_side.l2_norm() <= absolute)
          break;
        linear_solver.set_tolerances(reduction, absolute);
        n += linear_solver.solve(correction, right_side);
        density += correction;
        density /= mass_of(generator, density);
        if (reduction > 0)
          break;
      }
    return n;
  }



  unsigned int StationarySolver::correct_balanced(const Generator &generator,
                                                  Vector          &density,
                                                  const double     reduction)
  {
    shift                    = 0;
    balanced                 = std::make_unique<BalancedInverse>(generator,
                                                 parameters,
                                                 /*shift=*/0.,
                                                 use_direct);
    balanced->on_iteration() = [this](const unsigned int i, const double r) {
      if (on_iteration)
        on_iteration(i, r);
    };
    constexpr unsigned int most_rounds = 3;
    unsigned int           n           = 0;
    Vector right_side = generator.zero(), correction = generator.zero();
    for (unsigned int round = 0; round < most_rounds; ++round)
      {
        generator.apply(right_side, density);
        right_side *= -1;
        const double size = balanced->norm(right_side);
        const double goal =
          tolerance * balanced->norm(residual_scale(generator, density));
        if (size <= goal)
          break;
        balanced->set_tolerance(std::max(goal / size, reduction));
        n += balanced->solve(correction, right_side, /*transposed=*/false);
        density += correction;
        density /= mass_of(generator, density);
        if (reduction > 0)
          break;
      }
    return n;
  }
} // namespace sgdfp
