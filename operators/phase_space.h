// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_PHASE_SPACE_H
#define SGDFP_OPERATORS_PHASE_SPACE_H

#include "meshes/region.h"
#include "operators/trial_space.h"

#include <deal.II/fe/fe_dgq.h>

#include <array>

namespace sgdfp
{
  /// The functions of parameters that the coefficients c_n of a kinetic law
  /// are made of (HermiteIndices): with l of a TrialSpace (U = -l)
  ///
  ///     |n| even:  c_n = sum_j P_j e^{l - l_j} phi_j, continuous Q_k,
  ///     |n| odd:   the same with discontinuous Q_{k-1},
  ///
  /// the mixed pair in which transport conserves mass and keeps the Gibbs
  /// density to round-off, and no boundary term is needed where particles
  /// bounce back [numerics.md, 5; Egger and Schlottbom, A mixed variational
  /// framework for the radiative transfer equation, 2012].
  ///
  /// Cells where l < -25 (-36 in one dimension) throughout are trimmed: they
  /// reflect at their faces, as the box does. Cells of an absorbing set take
  /// what comes in.
  ///
  /// The weight of the trial space must not level off in cells that are not
  /// trimmed: cap().
  ///
  /// Coefficients are numbered rank by rank without those of hanging nodes and
  /// of trimmed or absorbing cells ("compact").
  template <int dim>
  class PhaseSpace
  {
  public:
    /// @param discretisation, trial_space prepared; outlive this object
    /// @param absorbing a set of parameters, or nullptr
    /// @param with_cut whether cells that its edge cuts belong to it
    /// @param is_beyond where a law cannot be expanded: cells all of whose
    /// nodes are there are trimmed too; may be empty
    PhaseSpace(
      const Discretisation<dim> &discretisation,
      const TrialSpace<dim>     &trial_space,
      const Region<dim>         *absorbing = nullptr,
      const bool                 with_cut  = true,
      const std::function<bool(const dealii::Point<dim> &)> &is_beyond = {});

    /// For TrialSpace::use_gibbs(): cells that begin where there is something
    /// may end far down, and what keeps errors from growing is that l is -L/T.
    static constexpr double cap = 300;

    /// The matrices in parameters that all operators in phase space are made
    /// of. Test functions w, trial functions e^l f; s_i the thermal velocities;
    /// R_i = -b_i/s_i^2 + d_i l:
    struct Matrices
    {
      /// (w, e^l f), and (w, e^l (D_ij/(s_i s_j) - delta_ij) f), i <= j
      MatrixHandle                                   mass;
      std::array<std::array<MatrixHandle, dim>, dim> excess;
      /// Into n from n - e_i and from n + e_i, which have the other parity:
      /// even: ((d_i + d_i l) w, e^l f) - (w, e^l R_i f) and (d_i w, e^l f);
      /// odd: -(w, e^l (d_i + R_i) f) and -(w, e^l (d_i + d_i l) f)
      std::array<MatrixHandle, dim> from_below, from_above;
      /// Only even: int w e^l f over the faces with normal e_i that absorb
      std::array<MatrixHandle, dim> absorbing_faces;
    };

    /// Computes them. Collective.
    /// @param thermal_velocity s
    std::array<Matrices, 2>
    assemble(const Dynamics<dim>          &dynamics,
             const dealii::Tensor<1, dim> &thermal_velocity) const;

    /// Whether anything is absorbed.
    bool is_killed() const;

    /// Share of the cells that are trimmed.
    double trimmed_share() const;

    /// Whether a cell of this rank has a face in common with a trimmed one.
    bool is_at_trimmed(const typename Discretisation<dim>::Cell &cell) const;

    /// Compact coefficients of this rank and of all.
    struct Numbers
    {
      std::vector<dealii::types::global_dof_index> kept; ///< on this rank
      /// First compact number by rank, and the end
      std::vector<dealii::types::global_dof_index> begin;
    };

    /// 0: even, 1: odd
    const Numbers &numbers(const unsigned int parity) const;

    /// e^{l_j} at the compact coefficients of this rank.
    const std::vector<double> &weights(const unsigned int parity) const;

    /// The cell of odd_handler that @p cell is.
    typename dealii::DoFHandler<dim>::active_cell_iterator
    odd_cell(const typename Discretisation<dim>::Cell &cell) const;

    /// Whether a cell that is owned or ghost carries the law.
    bool is_inside(const typename Discretisation<dim>::Cell &cell) const;

    const Discretisation<dim> &discretisation;
    const TrialSpace<dim>     &trial_space;
    const dealii::FE_DGQ<dim>  odd_element;
    dealii::DoFHandler<dim>    odd_handler;
    const Region<dim> *const   absorbing;

  private:
    enum class Role : char
    {
      inside,
      trimmed,
      absorbing
    };



    using Cell = typename Discretisation<dim>::Cell;

    void assign_roles(
      const bool                                             with_cut,
      const std::function<bool(const dealii::Point<dim> &)> &is_beyond);
    void number();
    void compute_weights();

    bool absorbs(const Cell &neighbour) const;

    /// @param add takes the direction of the normal and (w, e^l f) on a face of
    /// @p cell that absorbs
    void add_absorbing_faces(
      const Cell                                                    &cell,
      const std::function<void(unsigned int,
                               const dealii::FullMatrix<double> &)> &add) const;

    /// Trims cells that are cut off from the bulk by trimmed ones: each would
    /// have a law of its own.
    void drop_islands();

    bool is_boundary_set() const;



    std::vector<Role>                  roles; ///< by active cell
    std::array<Numbers, 2>             the_numbers;
    std::array<std::vector<double>, 2> the_weights;
  };
} // namespace sgdfp

#endif
