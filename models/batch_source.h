// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_BATCH_SOURCE_H
#define SGDFP_MODELS_BATCH_SOURCE_H

#include "base/random_stream.h"
#include "models/data_moments.h"
#include "models/loss.h"
#include "models/optimiser.h"

#include <memory>
#include <vector>

namespace sgdfp
{
  /// Draws the batches of SGD on a linear network with squared loss, one for
  /// every lane. A batch is seen through the means over its samples of the
  /// monomials m of DataMoments, in their order: the mean of the gradients of
  /// the samples is linear in them, so that nothing is lost.
  class BatchSource
  {
  public:
    explicit BatchSource(const SampleMonomials &monomials);

    virtual ~BatchSource() = default;

    const SampleMonomials monomials;

    /// @param means as many as there are monomials
    virtual void draw(RandomStream::Draws &draws,
                      std::vector<Lanes>  &means) const = 0;

    /// In words, for the screen.
    virtual std::string description() const = 0;
  };



  /// The factory: a population with Gaussian inputs, one with a fixed input
  /// (the mean label error of a batch is drawn at once, which is the same law),
  /// or the rows of the data file, drawn with replacement or B different ones
  /// at a time. Batches of different steps are independent.
  /// @param folder where a relative data file is looked for first
  /// @throws EntryError for batches that are too large
  std::unique_ptr<const BatchSource>
  make_batch_source(const LossParameters      &loss,
                    const OptimiserParameters &optimiser,
                    const std::string         &folder,
                    const MPI_Comm             communicator);
} // namespace sgdfp

#endif
