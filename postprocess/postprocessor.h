// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_POSTPROCESSOR_H
#define SGDFP_POSTPROCESS_POSTPROCESSOR_H

#include "base/summary.h"
#include "operators/law.h"

namespace sgdfp
{
  /// Something that is read off a law by integration: sees every quadrature
  /// point of this rank once, then sums over the ranks and writes its numbers.
  /// All postprocessors of a run share one sweep over the mesh.
  template <int dim>
  class Postprocessor
  {
  public:
    using Sample = typename Law<dim>::Sample;

    virtual ~Postprocessor() = default;

    virtual void visit(const Sample &sample) = 0;

    /// Collective; every rank fills its copy of @p summary alike.
    virtual void finish(const Law<dim> &law, Summary &summary) = 0;
  };



  /// One sweep over @p law for all @p postprocessors.
  template <int dim>
  void
  run_postprocessors(const Law<dim>                          &law,
                     const std::vector<Postprocessor<dim> *> &postprocessors,
                     Summary                                 &summary)
  {
    law.for_each_point([&](const typename Law<dim>::Sample &sample) {
      for (Postprocessor<dim> *postprocessor : postprocessors)
        postprocessor->visit(sample);
    });
    for (Postprocessor<dim> *postprocessor : postprocessors)
      postprocessor->finish(law, summary);
  }



  /// Why a moment is null. In a graded box, which spans many decades, an
  /// integral that converges has next to nothing in the outermost part
  /// (Sample::is_outer): not more than this share.
  constexpr double      outer_share = 1e-3;
  constexpr const char *heavy_tail =
    "the integral comes from the end of the graded box: the tail of the law is "
    "too heavy for this moment, or the box too small";



  /// A tensor as a JSON array.
  template <int rank, int dim>
  Summary::Json to_json(const dealii::Tensor<rank, dim> &tensor)
  {
    Summary::Json array = Summary::Json::array();
    for (unsigned int i = 0; i < dim; ++i)
      if constexpr (rank == 1)
        array.push_back(tensor[i]);
      else
        array.push_back(to_json(tensor[i]));
    return array;
  }
} // namespace sgdfp

#endif
