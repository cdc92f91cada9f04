// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SPECTRUM_SUMMARY_H
#define SGDFP_SOLVERS_SPECTRUM_SUMMARY_H

#include "base/summary.h"
#include "solvers/spectral_study.h"

namespace sgdfp
{
  /// spectrum/eigenvalues with their errors, residuals, reach, and the gap.
  /// @param figures, errors begin with those of the eigenvalues
  void report_eigenvalues(const Spectrum                          &spectrum,
                          const std::vector<std::complex<double>> &figures,
                          const std::vector<double>               &errors,
                          const bool                               is_killed,
                          Summary                                 &summary);


  /// Fills the sections spectrum and solver of summary.json (docs/running.md).
  template <int dim>
  void report_spectrum(SpectralStudy<dim>      &study,
                       const SpectralSets<dim> &sets,
                       const Case              &a_case,
                       Summary                 &summary);

  /// The same keys with nulls, of a refused run.
  void set_spectrum_nulls(const std::string &reason, Summary &summary);

  /// The last word of a run: its main numbers in words.
  std::string spectrum_findings(const Summary     &summary,
                                const std::string &folder);
} // namespace sgdfp

#endif
