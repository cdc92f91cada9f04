// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_SAMPLER_H
#define SGDFP_POSTPROCESS_SAMPLER_H

#include "base/random_stream.h"
#include "operators/law.h"
#include "operators/tensor_basis.h"

namespace sgdfp
{
  /// Independent draws from a law.
  ///
  /// A draw chooses a cell with the probability of its mass and a point in it
  /// by rejection, under the density of the law in the coordinates of the cell
  /// (Jacobian included), interpolated with three degrees more than the element
  /// has: hanging nodes and graded boxes need nothing special. Where the
  /// density is negative there are no draws.
  ///
  /// Draw i of a seed is the same on any number of ranks (but for the last
  /// digits of the law). Every rank makes the draws of its own cells.
  template <int dim>
  class Sampler
  {
  public:
    struct Draw
    {
      std::uint64_t      number;
      dealii::Point<dim> theta;
    };

    /// Collective. @p law in a box, no ball; not needed any more afterwards.
    Sampler(const Law<dim> &law, const std::uint64_t seed);

    /// The next @p n draws: those of this rank, in the order of their numbers.
    /// Local.
    std::vector<Draw> next(const std::uint64_t n);

    /// Share of the mass of |p| that is negative, plus what interpolation of
    /// the density leaves out (L1): how far the draws are from the law.
    double error() const;

  private:
    struct Cell
    {
      dealii::Point<dim>     lower; ///< in the chart
      dealii::Tensor<1, dim> width;
      /// Times Jacobian, at the lattice, the first coordinate running fastest
      std::vector<double>             density;
      double                          highest = 0, mass = 0;
      std::uint64_t                   number = 0; ///< in place_cells()'s order
      double                          begin = 0, end = 0; ///< mass up to it
      std::uint64_t                   batches = 0; ///< of proposals so far
      std::vector<dealii::Point<dim>> spare; ///< accepted, not yet handed out
    };

    void tabulate(const Law<dim> &law);

    /// The order of all cells along a space-filling curve, which no partition
    /// changes: their numbers and how much mass is before them.
    void place_cells(const MPI_Comm communicator);

    /// The density at a point of the unit cell.
    double density(const Cell &cell, const dealii::Point<dim> &unit_point);

    /// Above the density in the cell: the highest value of a grid twice as
    /// dense as the lattice, and some room.
    double bound(const Cell &cell) const;


    /// One more batch of proposals.
    void propose(Cell &cell);

    const RandomStream      choice, proposals;
    const unsigned int      degree;
    const TensorBasis<dim>  basis;
    const ParameterBox<dim> box;
    std::vector<Cell>       cells;
    double                  total = 0, the_error = 0;
    std::uint64_t           n_drawn = 0;
    /// Of a grid in one dimension, the values of all basis polynomials
    std::vector<std::vector<double>> grid;
    std::vector<double>              line, work; ///< work space
  };
} // namespace sgdfp

#endif
