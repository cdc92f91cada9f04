// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_PREVIOUS_LAW_H
#define SGDFP_SOLVERS_PREVIOUS_LAW_H

#include "solvers/case_mesh.h"
#include "solvers/transient_space.h"

namespace sgdfp
{
  /// The last law of an earlier run, of sgdfp-transient or sgdfp-stationary,
  /// read from the checkpoint and the parameters.prm in its folder: where
  /// another run can begin, on another mesh, with other dynamics, on any number
  /// of ranks.
  template <int dim>
  class PreviousLaw
  {
  public:
    /// What it is read for: velocities of a run with momentum are missed by a
    /// start, not by a comparison of parameters.
    enum class Use
    {
      start,
      comparison
    };

    /// Collective.
    /// @param folder of the run, the value of Time/run
    /// @throws EntryError if there is no law in it, or one of another dimension
    PreviousLaw(const MPI_Comm     communicator,
                const std::string &folder,
                RunLog            &log,
                const Use          use = Use::start);

    /// The coefficients in another space: M P = (phi_i, p), p the previous law,
    /// 0 outside of its box, normalised. Collective.
    Vector project(const Discretisation<dim> &discretisation,
                   const Generator           &generator) const;

    /// The law itself, on its own mesh; with an absorbing set its integral is
    /// the survival probability.
    const Law<dim> &law() const;

  private:
    /// p at points that other ranks may hold. Collective.
    std::vector<double>
    density_at(const std::vector<dealii::Point<dim>> &points) const;

    Case                                 a_case;
    std::shared_ptr<const Loss<dim>>     loss;
    std::unique_ptr<Dynamics<dim>>       dynamics;
    std::unique_ptr<Discretisation<dim>> discretisation;
    std::unique_ptr<const Region<dim>>   absorbing;
    std::unique_ptr<TransientSpace<dim>> space;
    std::unique_ptr<const Law<dim>>      the_law;
  };



  /// Writes such a checkpoint of a law that is no step of a time series. With
  /// momentum it is the law of the parameters alone.
  template <int dim>
  void save_law(const Law<dim>    &law,
                const Case        &a_case,
                const std::string &run_folder);
} // namespace sgdfp

#endif
