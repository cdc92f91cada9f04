// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/histogram_file.h"

#include "base/errors.h"
#include "base/numpy_reader.h"

namespace sgdfp
{
  BinnedLaw read_histogram(const MPI_Comm     communicator,
                           const std::string &filename)
  {
    const NumpyReader file(communicator, filename);
    const auto        lower = file.array("lower"), upper = file.array("upper"),
               counts = file.array("counts"), outside = file.array("outside");
    Bins bins;
    bins.lower  = lower.values;
    bins.upper  = upper.values;
    bins.number = (counts.shape.empty() ? 0 : counts.shape.front());
    std::vector<std::size_t> shape(bins.lower.size(), bins.number);
    shape.push_back(2);
    if (bins.size() == 0 || bins.lower.empty() ||
        bins.upper.size() != bins.lower.size() || counts.shape != shape ||
        outside.values.size() != 2)
      throw UserError("'" + filename +
                      "' is no histogram: the shapes of its arrays do not "
                      "agree. Run the case anew to write it again.");
    const auto          n      = static_cast<std::ptrdiff_t>(bins.size());
    const auto          middle = counts.values.begin() + n;
    std::vector<double> first(counts.values.begin(), middle);
    std::vector<double> second(middle, counts.values.end());
    first.push_back(outside.values[0]);
    second.push_back(outside.values[1]);
    return law_of_counts(bins, first, second);
  }
} // namespace sgdfp
