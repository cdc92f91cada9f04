// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_OUTPUT_FIELD_H
#define SGDFP_POSTPROCESS_OUTPUT_FIELD_H

#include <deal.II/numerics/data_component_interpretation.h>

#include <string>
#include <tuple>
#include <vector>

namespace sgdfp
{
  /// A field of an output file: its name and number of components.
  struct OutputField
  {
    std::string  name;
    unsigned int n_components;
  };



  /// One name per component: that of the field, numbered in a vector.
  inline std::vector<std::string>
  component_names(const std::vector<OutputField> &fields)
  {
    std::vector<std::string> names;
    for (const OutputField &field : fields)
      for (unsigned int c = 0; c < field.n_components; ++c)
        names.push_back(field.n_components == 1 ?
                          field.name :
                          field.name + "_" + std::to_string(c));
    return names;
  }



  /// First and last component, name and kind of what deal.II is to write as a
  /// vector (DataOutInterface::get_nonscalar_data_ranges()).
  using VectorRanges = std::vector<std::tuple<
    unsigned int,
    unsigned int,
    std::string,
    dealii::DataComponentInterpretation::DataComponentInterpretation>>;

  inline VectorRanges vector_ranges(const std::vector<OutputField> &fields)
  {
    VectorRanges ranges;
    unsigned int start = 0;
    for (const OutputField &field : fields)
      {
        if (field.n_components > 1)
          ranges.emplace_back(
            start,
            start + field.n_components - 1,
            field.name,
            dealii::DataComponentInterpretation::component_is_part_of_vector);
        start += field.n_components;
      }
    return ranges;
  }
} // namespace sgdfp

#endif
