// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/box_search.h"

#include "base/text.h"
#include "models/minimum_search.h"
#include "solvers/box_trial.h"

#include <boost/optional.hpp>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <sstream>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    // Below this a box is taken: the solves are rough.
    constexpr double enough = 0.1 * trusted_boundary_mass;

    // How often and how far a box grows.
    constexpr unsigned int most_steps  = 24;
    constexpr double       most_growth = 1000;



    /// 3 digits
    std::string short_text(const double value)
    {
      std::ostringstream text;
      text << std::setprecision(3) << value;
      return text.str();
    }



    template <int dim>
    class BoxSearch
    {
    public:
      BoxSearch(const MPI_Comm                  communicator,
                const Dynamics<dim>            &dynamics,
                const DomainParameters         &start,
                const DiscretisationParameters &parameters,
                const SolverParameters         &solver_parameters,
                RunLog                         &log);

      BoxProposal run();

    private:
      void report(const BoxTrial<dim> &trial) const;

      /// The next box; empty where no side may grow.
      boost::optional<DomainParameters> grown(const BoxTrial<dim> &trial) const;

      /// d ln(mass)/d ln(growth) from trial i - 1 to trial i
      double exponent(const std::size_t i) const;

      bool is_tail_endless() const;

      /// The least loss on a side (lower, upper of the first parameter, ..).
      Minima<dim> lowest_at_side(const DomainParameters &domain,
                                 const unsigned int      side) const;

      /// Where the mass sits and why it does not stay; "" where the loss rises
      /// towards the boundary.
      std::string why_no_law() const;

      std::string why_undecided() const;

      /// The graded box that a power-law tail needs; empty where the tail is
      /// none.
      boost::optional<DomainParameters> graded() const;

      BoxProposal propose(const BoxProposal::Verdict verdict,
                          const std::string         &text) const;

      const MPI_Comm            communicator;
      const Dynamics<dim>      &dynamics;
      const DomainParameters    start;
      const BoxTrialSolver<dim> solver;
      RunLog                   &log;
      /// Whether the run makes its own mesh as fine as it needs
      const bool adaptive_run;
      /// Discretisation/maximum cells
      const double               most_cells;
      std::vector<BoxTrial<dim>> trials;
    };



    template <int dim>
    BoxSearch<dim>::BoxSearch(const MPI_Comm                  communicator,
                              const Dynamics<dim>            &dynamics,
                              const DomainParameters         &start,
                              const DiscretisationParameters &parameters,
                              const SolverParameters         &solver_parameters,
                              RunLog                         &log)
      : communicator(communicator)
      , dynamics(dynamics)
      , start(start)
      , solver(communicator, dynamics, start, parameters, solver_parameters)
      , log(log)
      , adaptive_run(parameters.refinement == "adaptive")
      , most_cells(parameters.maximum_cells)
    {}



    template <int dim>
    void BoxSearch<dim>::report(const BoxTrial<dim> &trial) const
    {
      log.say("  box " + box_text(trial.domain) +
              (trial.failure.empty() ?
                 ", mass at its boundary " + short_text(trial.mass) :
                 ": " + trial.failure));
    }



    template <int dim>
    boost::optional<DomainParameters>
    BoxSearch<dim>::grown(const BoxTrial<dim> &trial) const
    {
      // Far from enough, far to go.
      constexpr double        much = 0.05;
      const ParameterBox<dim> box(trial.domain);
      const Point<dim>        low = box.to_chart(box.lower()),
                       high       = box.to_chart(box.upper());
      DomainParameters next       = trial.domain;
      const auto       limit      = dynamics.loss().lower_limit();
      bool             grows      = false;
      for (unsigned int d = 0; d < dim; ++d)
        for (const bool up : {false, true})
          {
            const double mass = trial.side_mass[2 * d + up];
            if (mass <= enough / (2 * dim))
              continue;
            const double step = (mass > much ? 0.5 : 0.25) * (high[d] - low[d]);
            Point<dim>   xi;
            xi[d]              = (up ? high[d] + step : low[d] - step);
            const double theta = box.from_chart(xi)[d];
            const double side  = round_outward(
              theta, up ? theta - box.lower()[d] : box.upper()[d] - theta, up);
            double &old = (up ? next.upper : next.lower)[d];
            if (!std::isfinite(side))
              return {};
            old   = (!up && limit) ? std::max(*limit, side) : side;
            grows = true;
          }
      if (!grows)
        return {};
      return next;
    }



    template <int dim>
    double BoxSearch<dim>::exponent(const std::size_t i) const
    {
      return std::log(trials[i].outer_mass / trials[i - 1].outer_mass) /
             std::log(trials[i].growth / trials[i - 1].growth);
    }



    template <int dim>
    bool BoxSearch<dim>::is_tail_endless() const
    {
      // 1 / |exponent| grows with slope 1 in ln R where the mass falls like
      // 1/ln R, and not at all where it falls like a power.
      constexpr double least_growth = 4, flat = -0.1, steep = -1,
                       logarithmic = 0.3;
      const std::size_t n          = trials.size();
      if (n < 4 || trials.back().growth < least_growth)
        return false;
      const double s0 = exponent(n - 3), s1 = exponent(n - 2),
                   s2 = exponent(n - 1);
      if (std::min({s0, s1, s2}) > flat)
        return true;
      const double step =
        std::log(trials[n - 1].growth / trials[n - 3].growth) / 2;
      return s0 > steep && s0 < s1 && s1 < s2 && s2 < 0 &&
             1 / s1 - 1 / s2 > logarithmic * step;
    }



    template <int dim>
    Minima<dim> BoxSearch<dim>::lowest_at_side(const DomainParameters &domain,
                                               const unsigned int side) const
    {
      const ParameterBox<dim> box(domain);
      SearchBox<dim>          face{box.lower(), box.upper()};
      const unsigned int      d = side / 2;
      if (side % 2 == 0)
        face.upper[d] = face.lower[d];
      else
        face.lower[d] = face.upper[d];
      return find_minima(dynamics.loss(), face, communicator);
    }



    template <int dim>
    std::string BoxSearch<dim>::why_undecided() const
    {
      const BoxTrial<dim> &last = trials.back();
      std::string          text = "in the box " + box_text(last.domain) +
                         ", the largest that was looked at, " +
                         short_text(last.mass) + " of it is still there";
      if (!last.is_resolved())
        text += ", and a rough solve does not resolve the law";
      const std::size_t n = trials.size();
      if (n > 2 && exponent(n - 1) < 0)
        text += "; it falls like R^" + short_text(exponent(n - 1)) +
                " with the size R of the box";
      return text;
    }



    template <int dim>
    std::string BoxSearch<dim>::why_no_law() const
    {
      const BoxTrial<dim> &last = trials.back();
      const auto          &then = trials[trials.size() - 3];
      const auto           side =
        std::max_element(last.side_mass.begin(), last.side_mass.end()) -
        last.side_mass.begin();
      const Minima<dim> here   = lowest_at_side(last.domain, side);
      const Minima<dim> before = lowest_at_side(then.domain, side);
      if (here.points.empty() || before.points.empty())
        return "";
      const Point<dim> &theta = here.points.front();
      const auto        D =
        dynamics.diffusion(theta, MatrixFieldDerivatives::divergence);
      // In units of the noise.
      constexpr double rise = 1e-3, same = 1e-6;
      const double     T = dynamics.nominal_temperature(D);
      if (here.value - before.value > rise * T)
        return "";

      const ParameterBox<dim> box(last.domain);
      const Minima<dim>       inside =
        find_minima(dynamics.loss(),
                    SearchBox<dim>{box.lower(), box.upper()},
                    communicator);
      std::string text =
        "the law keeps " + short_text(last.mass) +
        " of its mass within 1 % of the boundary of the box, in one that is " +
        short_text(last.growth) +
        " times as wide too: no box holds it. The loss on the boundary "
        "comes down to " +
        to_text(here.value) + ", its minimum is " + to_text(inside.value) +
        ", near theta = " + to_text(theta);
      if (here.value - inside.value > same * T)
        return text + ": further out the loss does not hold the parameters";
      const auto along = eigenvectors(dynamics.loss().hessian(theta)).back();
      text += ": a valley of minima leaves every box, and the noise does not "
              "vanish along it (D is " +
              short_text(along.second * (D.value * along.second)) +
              " in its direction there)";
      return text + ". Loss/weight decay closes the valley";
    }



    template <int dim>
    boost::optional<DomainParameters> BoxSearch<dim>::graded() const
    {
      constexpr double     least_growth = 4, agreement = 0.25, far = 4;
      const std::size_t    n    = trials.size();
      const BoxTrial<dim> &last = trials.back();
      if (n < 3 || last.growth < least_growth || start.grading > 0)
        return {};
      const double s0 = exponent(n - 2), s1 = exponent(n - 1);
      if (!(s1 < -1) || std::abs(s1 - s0) > agreement * std::abs(s1))
        return {};
      const double further = std::pow(last.mass / enough, -1 / s1);
      if (further < far || !std::isfinite(further))
        return {};

      DomainParameters domain = last.domain;
      const auto       limit  = dynamics.loss().lower_limit();
      double           core   = std::numeric_limits<double>::max();
      for (unsigned int d = 0; d < dim; ++d)
        {
          core               = std::min(core, start.upper[d] - start.lower[d]);
          const double width = last.domain.upper[d] - last.domain.lower[d];
          // 1 % of a chart is a larger part of the tail.
          const double reach = 5 * further * width;
          if (last.side_mass[2 * d] > 0)
            domain.lower[d] =
              std::max(limit ? *limit : -2 * reach,
                       round_outward(-reach, 20 * reach, false));
          if (last.side_mass[2 * d + 1] > 0)
            domain.upper[d] = round_outward(reach, 20 * reach, true);
        }
      domain.grading = core / 4;
      return domain;
    }



    template <int dim>
    BoxProposal BoxSearch<dim>::propose(const BoxProposal::Verdict verdict,
                                        const std::string         &text) const
    {
      const BoxTrial<dim> &trial = trials.back();
      BoxProposal          proposal;
      proposal.verdict       = verdict;
      proposal.domain        = trial.domain;
      proposal.boundary_mass = trial.mass;
      proposal.text          = text;
      if (verdict == BoxProposal::Verdict::fits)
        {
          // As fine as the box that was given, where the run does not refine,
          // within the cells allowed.
          if (!adaptive_run)
            for (double width = 1.2;
                 width < trial.growth &&
                 dim * (proposal.domain.initial_refinement + 1) <=
                   std::log2(most_cells);
                 width *= 2)
              ++proposal.domain.initial_refinement;
          proposal.text = as_options(proposal.domain, start);
        }
      return proposal;
    }



    template <int dim>
    BoxProposal BoxSearch<dim>::run()
    {
      using Verdict                                  = BoxProposal::Verdict;
      boost::optional<DomainParameters> next         = start;
      bool                              tried_graded = false;
      while (next && trials.size() < most_steps)
        {
          {
            const RunLog::Phase phase(log, "search of a box");
            trials.push_back(solver.solve(*next));
          }
          const BoxTrial<dim> &trial = trials.back();
          report(trial);
          if (!trial.failure.empty())
            return propose(Verdict::undecided,
                           "a larger box, " + box_text(trial.domain) +
                             ", could not be solved on: " + trial.failure);
          // The box that was given is for the run to judge.
          if (trial.mass <= enough &&
              (trial.is_resolved() || trials.size() == 1))
            return propose(Verdict::fits, "");
          if (trial.domain.grading == start.grading)
            {
              const bool is_far = trial.growth > most_growth;
              if (is_tail_endless() || is_far)
                if (const std::string reason = why_no_law(); !reason.empty())
                  return propose(Verdict::no_law, reason);
              if (is_far)
                break;
              next         = (tried_graded ? boost::none : graded());
              tried_graded = tried_graded || next;
              if (!next)
                next = grown(trial);
            }
          else
            {
              // No better graded: go on as before.
              trials.pop_back();
              next = grown(trials.back());
            }
        }
      return propose(Verdict::undecided, why_undecided());
    }
  } // namespace



  template <int dim>
  BoxProposal find_box(const MPI_Comm                  communicator,
                       const Dynamics<dim>            &dynamics,
                       const DomainParameters         &start,
                       const DiscretisationParameters &parameters,
                       const SolverParameters         &solver_parameters,
                       RunLog                         &log)
  {
    return BoxSearch<dim>(
             communicator, dynamics, start, parameters, solver_parameters, log)
      .run();
  }



#define INSTANTIATE(dim)                                          \
  template BoxProposal find_box(const MPI_Comm,                   \
                                const Dynamics<dim> &,            \
                                const DomainParameters &,         \
                                const DiscretisationParameters &, \
                                const SolverParameters &,         \
                                RunLog &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
