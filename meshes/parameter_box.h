// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MESHES_PARAMETER_BOX_H
#define SGDFP_MESHES_PARAMETER_BOX_H

#include <deal.II/base/parameter_handler.h>
#include <deal.II/base/point.h>
#include <deal.II/distributed/tria_base.h>

#include <memory>
#include <vector>

namespace sgdfp
{
  /// Entries of subsection Domain: the box of parameters that is meshed. No
  /// probability leaves it (no-flux boundary).
  struct DomainParameters
  {
    std::vector<double> lower              = {-3, -3};
    std::vector<double> upper              = {3, 3};
    unsigned int        initial_refinement = 4;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError for a wrong length or lower >= upper.
    void check(const unsigned int dimension) const;
  };



  /// The box, and its mesh of 2^refinement cells per axis.
  template <int dim>
  class ParameterBox
  {
  public:
    explicit ParameterBox(const DomainParameters &parameters);

    const dealii::Point<dim> &lower() const;

    const dealii::Point<dim> &upper() const;

    /// p4est in 2-D and 3-D; in 1-D, which p4est does not have, a mesh that
    /// every rank holds and shares the work of.
    std::unique_ptr<dealii::parallel::TriangulationBase<dim>>
    make_mesh(const MPI_Comm communicator) const;

  private:
    dealii::Point<dim> low, high;
    unsigned int       refinement;
  };
} // namespace sgdfp

#endif
