// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_PEAK_H
#define SGDFP_POSTPROCESS_PEAK_H

#include <deal.II/base/mpi.h>
#include <deal.II/base/point.h>

namespace sgdfp
{
  /// The greatest positive value of something, with its place. Of places that
  /// are as good but for 1e-6 of the value the one with the greatest
  /// coordinates is kept (first parameter first), so that a symmetric law has
  /// one answer on any number of ranks.
  template <int dim>
  struct Peak
  {
    double                 value = 0;
    dealii::Point<dim>     theta;
    dealii::Tensor<1, dim> direction;

    void offer(const Peak &other)
    {
      if (is_beaten_by(other))
        *this = other;
    }

    /// The best over all ranks, on every rank. Collective.
    Peak over_all_ranks(const MPI_Comm communicator) const
    {
      Peak result;
      for (const Peak &other :
           dealii::Utilities::MPI::all_gather(communicator, *this))
        result.offer(other);
      return result;
    }

    template <class Archive>
    void serialize(Archive &archive, const unsigned int)
    {
      archive &value &theta &direction;
    }

  private:
    bool is_beaten_by(const Peak &other) const
    {
      constexpr double tie = 1e-6;
      if (!(other.value > 0) || other.value < (1 - tie) * value)
        return false;
      if (other.value > (1 + tie) * value)
        return true;
      for (unsigned int d = 0; d < dim; ++d)
        if (std::abs(other.theta[d] - theta[d]) > tie * std::abs(theta[d]))
          return other.theta[d] > theta[d];
      return other.value > value;
    }
  };
} // namespace sgdfp

#endif
