// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_LAW_COMPARISON_H
#define SGDFP_POSTPROCESS_LAW_COMPARISON_H

#include "base/summary.h"
#include "postprocess/binned_law.h"

namespace sgdfp
{
  /// A mean that a run reports, with its standard error; 0 where it has none,
  /// as that of a density.
  struct ReportedMean
  {
    std::string path;  ///< "observables/product"
    std::string label; ///< "E[product]"
    double      value = 0, standard_error = 0;
  };



  /// A law, as far as comparisons go.
  struct ComparedLaw
  {
    std::string folder, program;
    BinnedLaw   law;
    /// Estimated L1 error of a density; 0 where there is none
    double                    density_error = 0;
    std::vector<ReportedMean> means;
  };



  /// What is compared, for comparison.json: folder, program, kind, the mass in
  /// the bins, errors or what finite samples contribute.
  Summary::Json describe(const ComparedLaw &law);

  /// A law with probabilities p_i against the reference, q_i: total_variation,
  /// hellinger, kl = KL(p|q), reverse_kl = KL(q|p) with .._bias, the part that
  /// finite samples contribute (law_distances.h); wasserstein of every
  /// variable; difference, standard error and significance of all means that
  /// both report. A KL that is infinite is null with the reason.
  /// @param variables names
  Summary::Json compare(const ComparedLaw              &reference,
                        const ComparedLaw              &law,
                        const std::vector<std::string> &variables);

  /// comparison.json in words and columns, for the screen.
  std::string comparison_table(const Summary &comparison);
} // namespace sgdfp

#endif
