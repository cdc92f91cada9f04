// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/box_proposal.h"

#include "base/matrix_entry.h"
#include "base/text.h"

#include <cmath>

namespace sgdfp
{
  std::string box_text(const DomainParameters &domain)
  {
    std::string text;
    for (std::size_t d = 0; d < domain.lower.size(); ++d)
      text += (d == 0 ? "[" : " x [") + to_text(domain.lower[d]) + ", " +
              to_text(domain.upper[d]) + "]";
    return text;
  }



  std::string as_options(const DomainParameters &domain,
                         const DomainParameters &start)
  {
    const auto option = [](const std::string &entry, const auto &value) {
      return "--set \"Domain/" + entry + "=" + value + "\"";
    };
    std::string text;
    if (domain.lower != start.lower)
      text += option("lower", to_text(MatrixRows{domain.lower})) + " ";
    if (domain.upper != start.upper)
      text += option("upper", to_text(MatrixRows{domain.upper})) + " ";
    if (domain.initial_refinement != start.initial_refinement)
      text += option("initial refinement",
                     std::to_string(domain.initial_refinement)) +
              " ";
    if (domain.grading != start.grading)
      text += option("grading", to_text(domain.grading)) + " ";
    return text.substr(0, text.size() - (text.empty() ? 0 : 1));
  }



  double round_outward(const double value, const double width, const bool up)
  {
    const double decade = std::pow(10., std::floor(std::log10(width / 20)));
    const double digit  = width / 20 / decade;
    const double unit   = decade * (digit < 2 ? 1 : digit < 5 ? 2 : 5);
    // What nearly is a multiple is one.
    constexpr double round_off = 1e-9;
    const double     multiple  = (up ? std::ceil(value / unit - round_off) :
                                       std::floor(value / unit + round_off));
    // The number that its text is read as.
    return std::stod(to_text(unit * multiple));
  }



  Refusal box_refusal(const double boundary_mass, const BoxProposal &proposal)
  {
    if (proposal.verdict == BoxProposal::Verdict::no_law)
      return Refusal("no stationary law", proposal.text);
    const std::string reason =
      "the law has " + to_text(boundary_mass) +
      " of its mass within 1 % of the boundary of the box, more than " +
      to_text(trusted_boundary_mass) + ": the box cuts it off. ";
    if (proposal.verdict == BoxProposal::Verdict::undecided)
      return Refusal("not resolved",
                     reason +
                       "A search for a box that holds it did not find "
                       "one: " +
                       proposal.text);
    return Refusal("not resolved",
                   reason + (proposal.text.empty() ?
                               "A rough solve does not see that: raise "
                               "Domain/initial refinement" :
                               "This box holds it:  " + proposal.text));
  }
} // namespace sgdfp
