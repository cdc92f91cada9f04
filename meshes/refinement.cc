// SPDX-License-Identifier: GPL-3.0-or-later
#include "meshes/refinement.h"

#include <deal.II/base/mpi.h>
#include <deal.II/distributed/solution_transfer.h>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  namespace
  {
    constexpr int bins_per_decade = 16, n_decades = 40;
    constexpr int n_bins = bins_per_decade * n_decades;



    /// The last bin holds @p largest; what is 40 decades below it is in bin 0.
    unsigned int bin_of(const double indicator, const double largest)
    {
      if (!(indicator > 0))
        return 0;
      const double below =
        std::floor(bins_per_decade * std::log10(largest / indicator) + 0.5);
      return std::max(0, n_bins - 1 - static_cast<int>(std::min(below, 1e6)));
    }
  } // namespace



  template <int dim>
  dealii::types::global_cell_index
  flag_cells(dealii::parallel::TriangulationBase<dim> &mesh,
             const dealii::Vector<double>             &indicators,
             const double                              refine_share,
             const double                              coarsen_share)
  {
    using namespace dealii::Utilities::MPI;
    const MPI_Comm communicator = mesh.get_communicator();

    std::vector<double> eta(mesh.n_active_cells(), 0.), histogram(n_bins, 0.);
    double              largest = 0;
    for (const auto &cell : mesh.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          const unsigned int i = cell->active_cell_index();
          eta[i]               = indicators(i);
          largest              = std::max(largest, eta[i]);
        }
    largest = max(largest, communicator);
    if (!(largest > 0))
      return 0;
    for (const double e : eta)
      histogram[bin_of(e, largest)] += e;
    sum(histogram, communicator, histogram);
    if (dim == 1)
      sum(eta, communicator, eta);

    double total = 0;
    for (const double h : histogram)
      total += h;
    unsigned int first_refined = n_bins, first_kept = 0;
    for (double s = 0; first_refined > 0 && s < refine_share * total;)
      s += histogram[--first_refined];
    for (double s = 0; first_kept < first_refined;)
      {
        s += histogram[first_kept];
        if (s > coarsen_share * total)
          break;
        ++first_kept;
      }

    dealii::types::global_cell_index n_refined = 0;
    for (const auto &cell : mesh.active_cell_iterators())
      if (dim == 1 || cell->is_locally_owned())
        {
          const auto bin = bin_of(eta[cell->active_cell_index()], largest);
          if (bin >= first_refined)
            {
              cell->set_refine_flag();
              n_refined += cell->is_locally_owned();
            }
          else if (bin < first_kept)
            cell->set_coarsen_flag();
        }
    return sum(n_refined, communicator);
  }



  template <int dim>
  std::vector<Vector> refine_and_carry(Discretisation<dim> &discretisation,
                                       const std::vector<const Vector *> &nodal)
  {
    static_assert(dim > 1, "nothing is carried in one dimension");
    auto &mesh = *discretisation.mesh;
    dealii::parallel::distributed::SolutionTransfer<dim, Vector> transfer(
      discretisation.dof_handler);
    mesh.prepare_coarsening_and_refinement();
    transfer.prepare_for_coarsening_and_refinement(nodal);
    mesh.execute_coarsening_and_refinement();
    discretisation.prepare();
    std::vector<Vector>   carried(nodal.size(), discretisation.owned_vector());
    std::vector<Vector *> targets;
    for (Vector &v : carried)
      targets.push_back(&v);
    transfer.interpolate(targets);
    for (Vector &v : carried)
      discretisation.constraints.distribute(v);
    return carried;
  }



  template std::vector<Vector>
  refine_and_carry(Discretisation<2> &, const std::vector<const Vector *> &);
  template std::vector<Vector>
  refine_and_carry(Discretisation<3> &, const std::vector<const Vector *> &);

  template dealii::types::global_cell_index
  flag_cells(dealii::parallel::TriangulationBase<1> &,
             const dealii::Vector<double> &,
             const double,
             const double);
  template dealii::types::global_cell_index
  flag_cells(dealii::parallel::TriangulationBase<2> &,
             const dealii::Vector<double> &,
             const double,
             const double);
  template dealii::types::global_cell_index
  flag_cells(dealii::parallel::TriangulationBase<3> &,
             const dealii::Vector<double> &,
             const double,
             const double);
} // namespace sgdfp
