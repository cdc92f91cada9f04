// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_HISTOGRAM_H
#define SGDFP_POSTPROCESS_HISTOGRAM_H

#include <deal.II/base/mpi.h>
#include <deal.II/base/point.h>

#include <boost/optional.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sgdfp
{
  /// Counts of samples in equal bins of a box, kept apart for two independent
  /// halves of the chains: their distance
  ///
  ///     split = TV(half 1, half 2)/2
  ///
  /// is what the total variation between this histogram and the law it is
  /// drawn from owes to finite samples.
  template <int dim>
  class Histogram
  {
  public:
    /// @param bins per direction
    Histogram(const std::vector<double> &lower,
              const std::vector<double> &upper,
              const unsigned int         bins);

    /// @param half 0 or 1
    void add(const dealii::Point<dim> &theta, const unsigned int half);

    /// Sums over ranks. Collective.
    void finish(const MPI_Comm communicator);

    /// Share of the samples outside of the box.
    double outside_mass() const;

    double split_total_variation() const;

    /// histogram.npz: lower, upper, counts (bins x .. x 2 halves), outside
    /// (2); first variable first. @throws UserError. Call on one rank.
    /// @param notes a text kept beside them
    void write(const std::string &filename, const std::string &notes) const;

    /// solution.pvd with solution/histogram.vtu in @p folder, constant on every
    /// bin: density (share of the samples per volume), log_density (NaN without
    /// samples), standard_error (of the density, as if samples were
    /// independent), difference of the density between the halves, and loss in
    /// the middle. @throws UserError. Call on one rank.
    void write_paraview(
      const std::string                                       &folder,
      const std::function<double(const dealii::Point<dim> &)> &loss) const;

  private:
    /// x fast; empty outside of the box
    boost::optional<std::size_t> bin_of(const dealii::Point<dim> &theta) const;

    /// Samples of each half, with those outside
    std::array<double, 2> totals() const;

    const std::vector<double>    lower, upper;
    const unsigned int           bins;
    std::vector<std::uint64_t>   counts; ///< half slow, x fast
    std::array<std::uint64_t, 2> outside{};
  };
} // namespace sgdfp

#endif
