// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_EVOLUTION_SPACE_H
#define SGDFP_SOLVERS_EVOLUTION_SPACE_H

#include "base/summary.h"
#include "operators/generator.h"
#include "operators/law.h"
#include "postprocess/paraview_series.h"
#include "postprocess/reference.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// The space in which a law moves, with the Generator that moves it, as
  /// Evolution, TimeSeries and TransientReport know it.
  ///
  /// What evolves is a vector of coefficients of evolving(); what is shown of
  /// it is a density of parameters, by its nodal coefficients in trial_space().
  /// The two differ where probability is killed (those nodes are left out) and
  /// with momentum (velocities).
  template <int dim>
  class EvolutionSpace
  {
  public:
    virtual ~EvolutionSpace() = default;

    /// "gibbs", "potential", "carried" (l of a solve), "polynomial", "kinetic"
    virtual const std::string &kind() const = 0;

    /// What the law follows.
    virtual const Generator &evolving() const = 0;

    /// The coefficients of evolving() that a density of parameters begins with;
    /// what is killed is cut off.
    virtual Vector restrict_to(const Vector &nodal) const = 0;

    /// The density of parameters; 0 where it is killed.
    virtual Vector extend(const Vector &P) const = 0;

    /// Whether probability is killed.
    virtual bool is_killed() const = 0;

    /// Of nodal coefficients: the survival probability where it is killed.
    virtual double mass(const Vector &nodal) const = 0;

    virtual const TrialSpace<dim> &trial_space() const = 0;

    /// Nodal coefficients of the stationary law in this space; nullptr where it
    /// is not known, for why_no_stationary().
    virtual const Vector      *stationary() const        = 0;
    virtual const std::string &why_no_stationary() const = 0;

    /// log of the density, relative to its maximum, down to which the
    /// stationary law is known.
    virtual double stationary_log_floor() const = 0;

    /// The density with nodal coefficients @p nodal.
    virtual Law<dim> law(const Vector &nodal) const = 0;

    /// Whether a cell of this rank carries the law.
    virtual bool is_inside(const typename Law<dim>::Cell &cell) const;

    virtual const Discretisation<dim> &discretisation() const = 0;

    /// Estimated L1 error of a density on this mesh.
    virtual double error_of(const Vector &nodal) const = 0;

    /// Makes the mesh follow a density, where it does.
    /// @param allowed what that may change, in L1
    /// @return whether the mesh changed
    virtual bool follow(Vector &nodal, const double allowed);

    /// Writes mesh, coefficients of evolving() and what belongs to the space,
    /// to be read on any number of ranks.
    virtual void save(const std::vector<Vector> &vectors,
                      const std::string         &folder) const = 0;


    /// The law given survival: mass 1 where probability is killed, else as it
    /// is.
    Vector given_survival(const Vector &nodal) const;

    /// What the coefficients say beyond the density of parameters, for columns
    /// of a table: names and, given survival, values.
    virtual std::vector<std::string> further_columns() const;
    virtual std::vector<double>      further_values(const Vector &P) const;

    /// "current/..", and what belongs to it, of the law given survival.
    virtual void report_current(const Vector &P, Summary &summary) const;

    /// Where the fields of one time go.
    struct Output
    {
      const boost::optional<GibbsDensity<dim>> &reference;
      const std::vector<std::string>           &variables;
      const Summary::Json                      &notes;
      const std::string                        &folder;
      const double                              time;
    };

    /// Writes the law given survival for ParaView and on a grid.
    virtual void write_fields(const Vector   &P,
                              const Output   &output,
                              ParaviewSeries &series) const;

    /// _<number> of the next member of @p series, for names of files
    static std::string suffix(const ParaviewSeries &series);
  };
} // namespace sgdfp

#endif
