// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_BOX_PROPOSAL_H
#define SGDFP_SOLVERS_BOX_PROPOSAL_H

#include "base/errors.h"
#include "meshes/parameter_box.h"

namespace sgdfp
{
  /// Probability within 1 % of the boundary of the box up to which a law is
  /// trusted.
  constexpr double trusted_boundary_mass = 1e-6;



  /// What find_box() (solvers/box_search.h) found.
  struct BoxProposal
  {
    enum class Verdict
    {
      fits,     ///< `domain` holds the law
      no_law,   ///< no box does: there is no stationary law
      undecided ///< neither was found
    };

    Verdict          verdict = Verdict::undecided;
    DomainParameters domain;            ///< the last box looked at
    double           boundary_mass = 1; ///< there

    /// fits: the box as options, --set "Domain/lower=-6, -6" .., empty where it
    /// is the one that the search began with; else the reason.
    std::string text;
  };



  /// What to say of a law with @p boundary_mass at the boundary of its box,
  /// after a search for a better one. Status "no stationary law" or "not
  /// resolved".
  Refusal box_refusal(const double boundary_mass, const BoxProposal &proposal);



  /// "[-3, 3] x [-3, 3]"
  std::string box_text(const DomainParameters &domain);



  /// What of @p domain differs from @p start, as options of the command line,
  /// --set "Domain/lower=-6, -6" ..
  std::string as_options(const DomainParameters &domain,
                         const DomainParameters &start);



  /// @p value moved outwards (@p up or down) to a number that people would
  /// choose, on a grid of about 1/20 of @p width; it is what its text is read
  /// as.
  double round_outward(const double value, const double width, const bool up);
} // namespace sgdfp

#endif
