// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_PHASE_PLANE_H
#define SGDFP_POSTPROCESS_PHASE_PLANE_H

#include "operators/kinetic_law.h"

namespace sgdfp
{
  /// A law in the plane of one parameter theta_i and its velocity v_i, on a
  /// regular grid.
  struct PhasePlane
  {
    std::vector<double> parameter, velocity;
    /// int f over all other parameters and velocities, velocity fastest;
    /// complete on rank 0
    std::vector<double> marginal;
    /// With two parameters: f where the other one is slice_at and its velocity
    /// 0
    std::vector<double> slice;
    double              slice_at = 0;
  };



  /// Collective.
  /// @param low, high window of the parameters
  /// @param centre where the slice is
  template <int dim>
  PhasePlane sample_phase_plane(const KineticLaw<dim>    &law,
                                const unsigned int        direction,
                                const dealii::Point<dim> &low,
                                const dealii::Point<dim> &high,
                                const dealii::Point<dim> &centre);



  /// solution/phase_plane_<i>.vtu for ParaView and .npz for Python. Collective.
  /// @throws UserError if they cannot be written
  void write_phase_plane(const MPI_Comm     communicator,
                         const PhasePlane  &plane,
                         const std::string &variable,
                         const std::string &path);
} // namespace sgdfp

#endif
