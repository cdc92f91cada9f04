// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_FIELD_OUTPUT_H
#define SGDFP_POSTPROCESS_FIELD_OUTPUT_H

#include "base/summary.h"
#include "operators/law.h"
#include "postprocess/output_field.h"
#include "postprocess/paraview_series.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// Named fields on one mesh: functions sum f_i phi_i, densities of a trial
  /// space, and reactive currents.
  template <int dim>
  class FieldCollection
  {
  public:
    FieldCollection(const Discretisation<dim> &discretisation,
                    const Dynamics<dim>       &dynamics,
                    const TrialSpace<dim>     &trial_space);

    /// @param nodal without ghosts, hanging nodes too
    void add_function(const std::string &name, const Vector &nodal);

    void add_density(const std::string &name, const Vector &nodal);

    /// J_R = q J[g] + g D grad q for the density g = q- p and the committor
    /// q = q+: what goes from A to B without coming back, free of sources
    /// outside of both.
    void add_reactive_current(const std::string &name,
                              const Vector      &g,
                              const Vector      &q);

    /// J = r p - D grad p, the local part of the current of a density.
    void add_current(const std::string &name, const Vector &nodal);

    /// -grad q, or, for @p parts of it, -(d_1 q_1, ..): the nonlocal flux.
    /// @param parts nodal functions, one or dim of them
    void add_gradient_flux(const std::string         &name,
                           const std::vector<Vector> &parts);

    /// Fills [component][point] at the points of an FEValues object.
    using Evaluate = std::function<void(const dealii::FEValues<dim> &,
                                        std::vector<std::vector<double>> &)>;

    /// A field of any kind; one of dim components is a vector.
    void add_evaluated(const std::string &name,
                       const unsigned int n_components,
                       const Evaluate    &evaluate);

    using Field = OutputField;


    /// The fields in the order they were added, after `loss`
    const std::vector<Field> &fields() const;

    unsigned int n_components() const;

    /// @param values [component][point]
    void evaluate(const dealii::FEValues<dim>      &fe_values,
                  std::vector<std::vector<double>> &values) const;

    /// The part of the box where the first density is visible, unless another
    /// one is set
    std::pair<dealii::Point<dim>, dealii::Point<dim>> window() const;

    void set_window(const dealii::Point<dim> &low,
                    const dealii::Point<dim> &high);

    const Discretisation<dim> &discretisation;

  private:
    struct Source
    {
      enum class Kind
      {
        function,
        density,
        reactive_current,
        current,
        gradient_flux,
        evaluated
      } kind;
      std::shared_ptr<const Law<dim>> law;       ///< of densities
      std::vector<Vector>             functions; ///< with ghosts
      unsigned int                    n_components = dim;
      Evaluate                        evaluate;
    };

    /// The value of one vector field at all points
    std::vector<dealii::Tensor<1, dim>>
    evaluate_vector(const Source                &source,
                    const dealii::FEValues<dim> &fe_values) const;

    const Dynamics<dim>   &dynamics;
    const TrialSpace<dim> &trial_space;
    std::vector<Field>     list;
    std::vector<Source>    sources; ///< of all fields but the loss
    boost::optional<std::pair<dealii::Point<dim>, dealii::Point<dim>>>
      chosen_window;
  };



  /// solution/<name>_0000.*.vtu (one a rank), .pvtu and solution.pvd, as
  /// write_paraview() does for a law: every cell in degree^dim linear pieces.
  /// @throws UserError if the files cannot be written
  template <int dim>
  void write_paraview(const FieldCollection<dim> &collection,
                      const std::string          &folder,
                      const std::string          &name = "spectrum");

  /// The same for one time of a series.
  template <int dim>
  void write_paraview(const FieldCollection<dim> &collection,
                      const std::string          &folder,
                      const std::string          &name,
                      const double                time,
                      ParaviewSeries             &series);


  /// The fields on a regular grid of the window of the first density:
  /// solution/@p name.npz with one array per component (those of a vector are
  /// name_1 ..), axis_1 .., variables, and @p notes as JSON.
  /// @throws UserError if the file cannot be written
  template <int dim>
  void write_grid(const FieldCollection<dim>     &collection,
                  const std::vector<std::string> &variables,
                  const Summary::Json            &notes,
                  const std::string              &folder,
                  const std::string              &name = "grid");
} // namespace sgdfp

#endif
