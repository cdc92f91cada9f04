// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/histogram.h"

#include "base/numpy_file.h"
#include "postprocess/paraview_series.h"

#include <deal.II/grid/grid_generator.h>
#include <deal.II/numerics/data_out.h>

#include <cmath>
#include <numeric>

namespace sgdfp
{
  template <int dim>
  Histogram<dim>::Histogram(const std::vector<double> &lower,
                            const std::vector<double> &upper,
                            const unsigned int         bins)
    : lower(lower)
    , upper(upper)
    , bins(bins)
    , counts(2 * static_cast<std::size_t>(std::lround(std::pow(bins, dim))), 0)
  {}



  template <int dim>
  boost::optional<std::size_t>
  Histogram<dim>::bin_of(const dealii::Point<dim> &theta) const
  {
    std::size_t index = 0;
    for (int d = dim - 1; d >= 0; --d)
      {
        const double x = (theta[d] - lower[d]) / (upper[d] - lower[d]) * bins;
        if (!(x >= 0 && x < bins))
          return {};
        index = index * bins + static_cast<std::size_t>(x);
      }
    return index;
  }



  template <int dim>
  void Histogram<dim>::add(const dealii::Point<dim> &theta,
                           const unsigned int        half)
  {
    if (const auto bin = bin_of(theta))
      ++counts[half * (counts.size() / 2) + *bin];
    else
      ++outside[half];
  }



  template <int dim>
  std::array<double, 2> Histogram<dim>::totals() const
  {
    const std::size_t     n = counts.size() / 2;
    std::array<double, 2> total;
    for (unsigned int half = 0; half < 2; ++half)
      total[half] =
        outside[half] + std::accumulate(counts.begin() + half * n,
                                        counts.begin() + (half + 1) * n,
                                        std::uint64_t(0));
    return total;
  }



  template <int dim>
  void Histogram<dim>::finish(const MPI_Comm communicator)
  {
    std::vector<std::uint64_t> all = counts;
    all.insert(all.end(), outside.begin(), outside.end());
    dealii::Utilities::MPI::sum(all, communicator, all);
    std::copy(all.begin(), all.end() - 2, counts.begin());
    std::copy(all.end() - 2, all.end(), outside.begin());
  }



  template <int dim>
  double Histogram<dim>::outside_mass() const
  {
    const auto total = totals();
    return (outside[0] + outside[1]) / (total[0] + total[1]);
  }



  template <int dim>
  double Histogram<dim>::split_total_variation() const
  {
    const std::size_t n     = counts.size() / 2;
    const auto        total = totals();
    double sum = std::abs(outside[0] / total[0] - outside[1] / total[1]);
    for (std::size_t i = 0; i < n; ++i)
      sum += std::abs(counts[i] / total[0] - counts[n + i] / total[1]);
    return sum / 4;
  }



  template <int dim>
  void Histogram<dim>::write(const std::string &filename,
                             const std::string &notes) const
  {
    NumpyArchive              archive;
    const std::vector<double> numbers(counts.begin(), counts.end());
    const std::vector<double> beyond(outside.begin(), outside.end());
    std::vector<std::size_t>  shape(dim, bins);
    shape.push_back(2);
    archive.add("lower", dealii::make_array_view(lower), {lower.size()});
    archive.add("upper", dealii::make_array_view(upper), {upper.size()});
    archive.add("counts", dealii::make_array_view(numbers), shape);
    archive.add("outside", dealii::make_array_view(beyond), {2});
    archive.add_text("notes", notes);
    archive.write(filename);
  }



  template <int dim>
  void Histogram<dim>::write_paraview(
    const std::string                                       &folder,
    const std::function<double(const dealii::Point<dim> &)> &loss) const
  {
    dealii::Triangulation<dim> grid;
    dealii::Point<dim>         corner, opposite;
    double                     volume = 1;
    for (unsigned int d = 0; d < dim; ++d)
      {
        corner[d]   = lower[d];
        opposite[d] = upper[d];
        volume *= (upper[d] - lower[d]) / bins;
      }
    dealii::GridGenerator::subdivided_hyper_rectangle(
      grid, std::vector<unsigned int>(dim, bins), corner, opposite);

    const std::size_t n     = counts.size() / 2;
    const auto        total = totals();
    const double      all   = total[0] + total[1];
    enum
    {
      density,
      log_density,
      standard_error,
      difference,
      loss_there,
      n_fields
    };
    const std::array<std::string, n_fields>      names = {{"density",
                                                           "log_density",
                                                           "standard_error",
                                                           "difference_of_halves",
                                                           "loss"}};
    std::array<dealii::Vector<double>, n_fields> fields;
    for (auto &field : fields)
      field.reinit(n);
    for (const auto &cell : grid.active_cell_iterators())
      {
        const auto         middle = cell->center();
        const unsigned int c      = cell->active_cell_index();
        const std::size_t  bin    = *bin_of(middle);
        const double       first = counts[bin], second = counts[n + bin];
        const double       share = (first + second) / all;
        fields[density][c]       = share / volume;
        fields[log_density][c] =
          (share > 0 ? std::log(share / volume) : std::nan(""));
        fields[standard_error][c] =
          std::sqrt(share * (1 - share) / all) / volume;
        fields[difference][c] = (first / total[0] - second / total[1]) / volume;
        fields[loss_there][c] = loss(middle);
      }
    dealii::DataOut<dim> output;
    output.attach_triangulation(grid);
    for (unsigned int f = 0; f < n_fields; ++f)
      output.add_data_vector(fields[f],
                             names[f],
                             dealii::DataOut<dim>::type_cell_data);
    output.build_patches();
    ParaviewSeries series;
    add_to_series<dim>(MPI_COMM_SELF, output, folder, "histogram", 0, series);
  }



  template class Histogram<1>;
  template class Histogram<2>;
  template class Histogram<3>;
} // namespace sgdfp
