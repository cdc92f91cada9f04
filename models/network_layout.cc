// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/network_layout.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/text.h"

#include <deal.II/base/utilities.h>
#include <deal.II/lac/full_matrix.h>

#include <algorithm>
#include <map>

namespace sgdfp
{
  namespace
  {
    const std::string section = "Loss/Deep linear network/";



    std::string listed(const std::vector<unsigned int> &numbers)
    {
      std::string text;
      for (const unsigned int n : numbers)
        text += (text.empty() ? "" : ", ") + std::to_string(n);
      return text;
    }



    /// "1,2,3 ; 4,5"
    std::vector<std::vector<unsigned int>>
    parse_groups(const std::string &text, const unsigned int n_layers)
    {
      using dealii::Utilities::split_string_list;
      const auto complain = [&](const std::string &reason) {
        throw EntryError(section + "shared weights",
                         text,
                         reason,
                         "Write groups of layer numbers, such as 1,2,3 ; 4,5, "
                         "or none.");
      };
      std::vector<std::vector<unsigned int>> groups;
      std::vector<bool>                      seen(n_layers + 1, false);
      for (const std::string &group : split_string_list(text, ';'))
        {
          groups.emplace_back();
          for (const std::string &word : split_string_list(group, ','))
            {
              if (word.empty() ||
                  word.find_first_not_of("0123456789") != std::string::npos ||
                  word.size() > 4)
                complain("'" + word + "' is no layer");
              const unsigned int layer = std::stoi(word);
              if (layer < 1 || layer > n_layers)
                complain("the network has the layers 1 to " +
                         std::to_string(n_layers));
              if (seen[layer])
                complain("layer " + word + " occurs twice");
              seen[layer] = true;
              groups.back().push_back(layer);
            }
        }
      return groups;
    }



    /// Offset and directions; @p n_weights numbers each.
    MatrixRows parse_slice(const std::string &text,
                           const unsigned int n_weights,
                           const unsigned int dimension)
    {
      using dealii::Utilities::split_string_list;
      const auto complain = [&](const std::string &reason) {
        throw EntryError(section + "slice",
                         text,
                         reason,
                         "Write offset; direction; .. with one number per "
                         "weight, such as 0, 0; 1, 1.");
      };
      MatrixRows rows;
      for (const std::string &row : split_string_list(text, ';'))
        {
          rows.emplace_back();
          for (const std::string &word : split_string_list(row, ','))
            {
              char        *end   = nullptr;
              const double value = std::strtod(word.c_str(), &end);
              if (word.empty() || *end != '\0' || !std::isfinite(value))
                complain("'" + word + "' is no number");
              rows.back().push_back(value);
            }
          if (rows.back().size() != n_weights)
            complain("one of its rows has " +
                     std::to_string(rows.back().size()) +
                     " numbers and the network has " +
                     std::to_string(n_weights) + " weights");
        }
      if (rows.size() != dimension + 1)
        complain("the dimension is " + std::to_string(dimension) +
                 " and it has " + std::to_string(rows.size()) +
                 " rows; the offset and one direction per parameter are " +
                 std::to_string(dimension + 1));
      dealii::FullMatrix<double> gram(dimension, dimension);
      double                     volume = 1;
      for (unsigned int i = 0; i < dimension; ++i)
        {
          for (unsigned int j = 0; j < dimension; ++j)
            for (unsigned int k = 0; k < n_weights; ++k)
              gram(i, j) += rows[i + 1][k] * rows[j + 1][k];
          volume *= gram(i, i);
        }
      if (!(volume > 0) || gram.determinant() < 1e-12 * volume)
        complain("its directions are not linearly independent");
      return rows;
    }
  } // namespace



  NetworkLayout::NetworkLayout(const std::vector<unsigned int> &widths)
    : widths(widths)
  {
    for (unsigned int l = 0; l + 1 < widths.size(); ++l)
      for (unsigned int row = 0; row < widths[l + 1]; ++row)
        for (unsigned int column = 0; column < widths[l]; ++column)
          entries.push_back({l, row, column, n_weights++});
  }



  NetworkLayout::NetworkLayout(
    const std::initializer_list<unsigned int> &widths)
    : NetworkLayout(std::vector<unsigned int>(widths))
  {}



  NetworkLayout NetworkLayout::diagonal(const std::vector<unsigned int> &widths)
  {
    NetworkLayout      layout(widths);
    std::vector<Entry> kept;
    layout.n_weights = 0;
    for (const Entry &entry : layout.entries)
      if (entry.row == entry.column)
        {
          kept.push_back(entry);
          kept.back().weight = layout.n_weights++;
        }
    layout.entries = kept;
    return layout;
  }



  void
  NetworkLayout::share(const std::vector<std::vector<unsigned int>> &groups)
  {
    std::map<unsigned int, unsigned int> first_of_group; // by layer, from 0
    for (const auto &group : groups)
      for (const unsigned int layer : group)
        first_of_group[layer - 1] = group.front() - 1;

    // Place (layer, row, column) -> weight of the entries kept so far.
    std::map<std::vector<unsigned int>, unsigned int> weights;
    n_weights = 0;
    for (Entry &entry : entries)
      {
        const auto         shared = first_of_group.find(entry.layer);
        const unsigned int layer =
          (shared == first_of_group.end() ? entry.layer : shared->second);
        const auto known =
          weights.insert({{layer, entry.row, entry.column}, n_weights});
        if (known.second)
          ++n_weights;
        entry.weight = known.first->second;
      }
  }



  bool NetworkLayout::is_slice() const
  {
    return !directions.empty();
  }



  unsigned int NetworkLayout::n_parameters() const
  {
    return is_slice() ? directions.size() : n_weights;
  }



  NetworkLayout
  NetworkStructure::layout(const std::vector<unsigned int> &widths,
                           const unsigned int               dimension) const
  {
    const unsigned int n_layers = widths.size() - 1;
    const bool         square =
      std::all_of(widths.begin(), widths.end(), [&](const unsigned int w) {
        return w == widths.front();
      });
    if (structure != "full" && !square)
      throw EntryError(section + "structure",
                       structure,
                       "the widths are " + listed(widths),
                       "Diagonal and balanced networks have equal widths, one "
                       "per mode.");
    if (structure == "balanced" && (shared_weights != "none" || !slice.empty()))
      throw EntryError(section + "structure",
                       structure,
                       "the layers of a balanced network are not free: there "
                       "is nothing to share or to slice",
                       "Leave shared weights and slice out.");

    // The moments of the data that noise and curvature need grow like the cube
    // of the number of monomials of a sample, itself quadratic in the inputs.
    constexpr double most_weights = 1e5, most_monomials = 400;
    double           n_weights = 0;
    const double     n_in      = widths.front();
    for (unsigned int l = 1; l < widths.size(); ++l)
      n_weights += double(widths[l]) * widths[l - 1];
    if (n_weights > most_weights ||
        n_in * (n_in + 1) / 2 + n_in * widths.back() > most_monomials)
      throw EntryError(section + "widths",
                       listed(widths),
                       "the network is too large: it may have 1e5 weights, and "
                       "n (n + 1)/2 + n m of its n inputs and m outputs may be "
                       "400",
                       "Project the data on fewer inputs: a linear network of "
                       "up to three parameters does not see more.");

    // A balanced network has one parameter per mode, like a single layer.
    NetworkLayout layout =
      (structure == "full" ?
         NetworkLayout(widths) :
       structure == "diagonal" ?
         NetworkLayout::diagonal(widths) :
         NetworkLayout::diagonal({widths.front(), widths.front()}));
    if (shared_weights != "none")
      {
        const auto groups = parse_groups(shared_weights, n_layers);
        for (const auto &group : groups)
          for (const unsigned int l : group)
            if (widths[l - 1] != widths[group.front() - 1] ||
                widths[l] != widths[group.front()])
              throw EntryError(section + "shared weights",
                               shared_weights,
                               "layers " + std::to_string(group.front()) +
                                 " and " + std::to_string(l) +
                                 " have different shapes (widths " +
                                 listed(widths) + ")",
                               "Only layers of one shape can be equal.");
        layout.share(groups);
      }
    if (!slice.empty())
      {
        const MatrixRows rows = parse_slice(slice, layout.n_weights, dimension);
        layout.offset         = rows.front();
        layout.directions.assign(rows.begin() + 1, rows.end());
      }
    if (layout.n_parameters() != dimension)
      {
        const unsigned int n = layout.n_parameters();
        throw EntryError(section + "widths",
                         listed(widths),
                         "such a network has " + counted(n, "parameter") +
                           " and dimension is " + std::to_string(dimension),
                         n <= 3 ? "Set dimension = " + std::to_string(n) +
                                    " or change the widths." :
                                  "This program treats 1 to 3 parameters: "
                                  "choose a smaller network, or one of "
                                  "structure, shared weights and slice.");
      }
    return layout;
  }
} // namespace sgdfp
