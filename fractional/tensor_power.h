// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_TENSOR_POWER_H
#define SGDFP_FRACTIONAL_TENSOR_POWER_H

#include "fractional/axis.h"
#include "fractional/fractional_laplacian.h"

#include <petscvec.h>

namespace sgdfp
{
  /// FractionalLaplacian of a tensor mesh by fast diagonalisation: with
  /// M_d^-1/2 K_d M_d^-1/2 = V_d Lambda_d V_d^T on every axis (from the
  /// singular values of its factor: a symmetric eigensolver would lose the
  /// small ones),
  ///
  ///     q = (M^-1/2 V) [g(lambda)/lambda] (V^T M^1/2) v,
  ///
  /// V the tensor product and lambda = sum_d lambda_d, or lambda_d alone for
  /// jumps along coordinate d: exact, n^(1 + 1/dim) operations.
  ///
  /// The tensor is shared in slabs across the last axis, for the transforms
  /// along all others, and across the first one, for that along the last.
  template <int dim>
  class TensorPower : public FractionalLaplacian<dim>
  {
  public:
    /// @param lattice of the present mesh, which is a tensor product
    /// @param exponent s
    /// @param tempering m
    TensorPower(const LumpedLaplacian<dim>         &laplacian,
                std::unique_ptr<const Lattice<dim>> lattice,
                const double                        exponent,
                const double                        tempering);

    ~TensorPower() override;

    TensorPower(const TensorPower &)            = delete;
    TensorPower &operator=(const TensorPower &) = delete;

    void prepare() override;

    void potential(AnyVector         &q,
                   const AnyVector   &v,
                   const unsigned int part) const override;

    std::string description() const override;

  private:
    /// Modes of one axis
    struct Modes
    {
      explicit Modes(const Axis &axis);

      int n;
      /// V^T M^1/2 and M^-1/2 V, column by column
      std::vector<double> to_modes, to_nodes;
      std::vector<double> eigenvalues;
    };

    void clear();

    /// x = T x along an axis that the slabs of @p x do not cut.
    void
    transform(const unsigned int d, const std::vector<double> &T, Vec x) const;

    /// Multiplies with g(lambda)/lambda.
    /// @param part axis, or dim for all
    void scale(const unsigned int part, Vec x) const;

    double symbol_over(const double lambda) const;

    const LumpedLaplacian<dim>         &laplacian;
    std::unique_ptr<const Lattice<dim>> lattice;
    const double                        exponent, tempering;
    std::vector<Modes>                  modes;
    std::array<int, dim>                n;
    /// Planes of this rank across the last, and across the first axis
    int first_of_last = 0, n_of_last = 0, first_of_first = 0, n_of_first = 0;
    Vec across_last = nullptr, across_first = nullptr;
    VecScatter                  to_slabs = nullptr, turn = nullptr;
    mutable std::vector<double> work;
  };
} // namespace sgdfp

#endif
