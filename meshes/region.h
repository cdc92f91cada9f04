// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MESHES_REGION_H
#define SGDFP_MESHES_REGION_H

#include "base/expression_entry.h"
#include "meshes/discretisation.h"

namespace sgdfp
{
  /// A closed set of parameters, such as one that absorbs: where an expression
  /// of the case is >= 0, or the boundary of the box; of a ball, which jumps do
  /// not leave through its sphere, all that is outside of it.
  template <int dim>
  class Region
  {
  public:
    /// @param entry of the case, for messages
    /// @param text an expression, or "boundary"
    /// @throws EntryError
    Region(const std::string &entry,
           const std::string &text,
           const Vocabulary  &vocabulary);

    bool is_boundary() const;

    bool contains(const dealii::Point<dim> &theta) const;

    /// How a cell lies, judged at the points of a Gauss rule, none of which is
    /// on a face.
    enum class Place
    {
      outside,
      inside,
      cut
    };

    /// By active cell; those of other ranks count as outside, unless
    /// @p with_ghosts asks for those next to cells of this rank.
    std::vector<Place> places(const Discretisation<dim> &discretisation,
                              const bool with_ghosts = false) const;

    /// 1 at the nodes that belong to the region, else 0: those of its cells,
    /// faces included, or of the boundary. Collective.
    /// @param with_cut whether cells that its edge cuts belong to it: the
    /// two answers hold the true one between them
    Vector nodes(const Discretisation<dim> &discretisation,
                 const bool                 with_cut) const;

    /// Number of cells that its edge cuts. Collective.
    dealii::types::global_cell_index
    n_cut_cells(const Discretisation<dim> &discretisation) const;

    /// One dimension: where the region begins and ends in @p box, to round-off.
    std::vector<double> edges(const ParameterBox<dim> &box) const;

    /// @throws EntryError that the region holds nothing, or everything
    [[noreturn]] void complain(const std::string &reason,
                               const std::string &remedy) const;

    const std::string entry, text;

  private:
    ExpressionTape value;
  };



  /// One dimension: moves the vertices of the mesh that are nearest to @p
  /// points to them, so that the edges of regions are faces; prepares @p
  /// discretisation. Points that coincide with the ends of the box need
  /// nothing. In more dimensions nothing is done.
  template <int dim>
  void fit_mesh(Discretisation<dim>       &discretisation,
                const std::vector<double> &points);
} // namespace sgdfp

#endif
