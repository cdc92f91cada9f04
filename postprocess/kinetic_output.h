// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_KINETIC_OUTPUT_H
#define SGDFP_POSTPROCESS_KINETIC_OUTPUT_H

#include "postprocess/field_output.h"
#include "postprocess/observables.h"
#include "postprocess/phase_plane.h"
#include "postprocess/reference.h"

namespace sgdfp
{
  /// Fields of a law in phase space: density, log_density, gibbs_density and
  /// log_ratio (with a reference), current (<v | theta> p), velocity (<v |
  /// theta>), and the entries of temperature (<v v^T | theta>) by row,
  /// temperature_11, .. ; all but the loss are functions of @p law, which the
  /// result refers to.
  template <int dim>
  FieldCollection<dim>
  kinetic_fields(const KineticLaw<dim>                    &law,
                 const Law<dim>                           &marginal,
                 const boost::optional<GibbsDensity<dim>> &reference);



  /// Writes them for ParaView and on a regular grid (grid.npz), with the planes
  /// of every parameter and its velocity (phase_plane_1, ..) through the
  /// largest density. Collective.
  template <int dim>
  void write_kinetic_fields(const KineticLaw<dim>                    &law,
                            const Law<dim>                           &marginal,
                            const boost::optional<GibbsDensity<dim>> &reference,
                            const std::vector<std::string>           &variables,
                            const Summary::Json                      &notes,
                            const std::string                        &folder);



  /// The same for one time of a series: solution/law_<number>,
  /// grid<suffix>.npz, phase_plane_<d><suffix>.
  template <int dim>
  void write_kinetic_fields(const KineticLaw<dim>                    &law,
                            const Law<dim>                           &marginal,
                            const boost::optional<GibbsDensity<dim>> &reference,
                            const std::vector<std::string>           &variables,
                            const Summary::Json                      &notes,
                            const std::string                        &folder,
                            const std::string                        &suffix,
                            const double                              time,
                            ParaviewSeries                           &series);



  /// probes: {theta, density, current, temperature, loss}
  template <int dim>
  void write_kinetic_probes(const KineticLaw<dim>      &law,
                            const Loss<dim>            &loss,
                            const ObservableParameters &parameters,
                            Summary                    &summary);



  /// How one law differs from another on the same discretisation.
  struct LawComparison
  {
    double l1      = 0; ///< int |p - q|
    double kl      = 0; ///< int p log(p/q) - p + q, where both are positive
    double current = 0; ///< int |J[q]|
  };

  template <int dim>
  LawComparison compare_laws(const Law<dim> &p, const Law<dim> &q);
} // namespace sgdfp

#endif
