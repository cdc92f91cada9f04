// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_SAMPLE_FILE_H
#define SGDFP_POSTPROCESS_SAMPLE_FILE_H

#include "base/run_log.h"
#include "postprocess/observables.h"

namespace sgdfp
{
  /// Entries of subsection Observables about draws from a law.
  struct SampleParameters
  {
    unsigned int samples = 0;
    unsigned int seed    = 1;
    std::string  condition;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError for a condition that cannot be parsed
    void check(const Vocabulary &vocabulary) const;
  };



  /// Independent draws from @p law (Sampler) that meet the condition, in
  /// samples.csv: parameters, loss, observables; samples/* in @p summary says
  /// how many, how far from the law they are at most (error, L1) and how
  /// probable the condition was. Every rank writes its share of the file.
  ///
  /// Collective; nothing where no samples are wanted. Gives up, with a warning
  /// and what there is, where less than one draw in 1e4 meets the condition.
  template <int dim>
  void write_samples(const Law<dim>         &law,
                     const SampleParameters &parameters,
                     const Observables<dim> &observables,
                     const Vocabulary       &vocabulary,
                     const std::string      &folder,
                     RunLog                 &log,
                     Summary                &summary);
} // namespace sgdfp

#endif
