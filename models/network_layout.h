// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_NETWORK_LAYOUT_H
#define SGDFP_MODELS_NETWORK_LAYOUT_H

#include <initializer_list>
#include <string>
#include <vector>

namespace sgdfp
{
  /// Which entries of the weight matrices of a deep linear network are free,
  /// and how the parameters theta of a case set them.
  ///
  /// Every listed entry of W_1, W_2, .. holds one weight psi_k; entries that
  /// are not listed are 0, several entries may hold the same weight. The
  /// weights are the parameters themselves, or, on an affine slice,
  ///
  ///     psi = offset + sum_j theta_j directions[j].
  struct NetworkLayout
  {
    struct Entry
    {
      unsigned int layer, row, column; ///< counted from 0
      unsigned int weight;             ///< k of psi_k
    };

    /// All entries free, row by row, layer after layer.
    NetworkLayout(const std::vector<unsigned int> &widths);
    NetworkLayout(const std::initializer_list<unsigned int> &widths);

    /// Elementwise products: only the diagonals are free, layer after layer.
    static NetworkLayout diagonal(const std::vector<unsigned int> &widths);

    /// The layers of each group (counted from 1) get the same weights; the
    /// weights are numbered anew in order of first appearance.
    void share(const std::vector<std::vector<unsigned int>> &groups);

    bool is_slice() const;

    /// Number of parameters theta.
    unsigned int n_parameters() const;

    std::vector<unsigned int> widths;
    std::vector<Entry>        entries;
    unsigned int              n_weights = 0;

    /// Empty unless the parameters are coordinates on a slice.
    std::vector<double>              offset;
    std::vector<std::vector<double>> directions;
  };



  /// Entries `structure`, `shared weights` and `slice` of subsection
  /// Loss/Deep linear network.
  struct NetworkStructure
  {
    std::string structure      = "full";
    std::string shared_weights = "none";
    std::string slice;

    /// @throws EntryError where the entries do not fit the widths, each other
    /// or the dimension.
    NetworkLayout layout(const std::vector<unsigned int> &widths,
                         const unsigned int               dimension) const;
  };
} // namespace sgdfp

#endif
