// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/landscape_run.h"

#include "base/numpy_file.h"
#include "base/statistics_file.h"
#include "base/text.h"
#include "models/extreme_eigenvalues.h"
#include "postprocess/path_output.h"
#include "postprocess/postprocessor.h"
#include "solvers/case_run.h"
#include "solvers/learning_study.h"
#include "solvers/paths.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    template <int dim>
    class LandscapeRun : public CaseRun<dim>
    {
    public:
      LandscapeRun(const MPI_Comm communicator,
                   const Case    &a_case,
                   RunLog        &log);

    private:
      using CaseRun<dim>::a_case;
      using CaseRun<dim>::communicator;
      using CaseRun<dim>::folder;
      using CaseRun<dim>::log;
      using CaseRun<dim>::loss;
      using CaseRun<dim>::summary;

      std::string equation() const override;

      void begin() override;

      void answer() override;

      void set_nulls(const std::string &reason) override;

      std::string last_word() const override;

      void follow();

      Summary::Json describe(const Path<dim>          &path,
                             const dealii::Point<dim> &start) const;

      double sharpness(const dealii::Point<dim> &theta) const;

      void write_paths();

      void write_bifurcation();

      dealii::Point<dim> start(const unsigned int i) const;

      void learn();

      std::unique_ptr<LearningStudy<dim>> learning;

      std::vector<Path<dim>>    paths;
      std::vector<unsigned int> start_of; ///< [path]
    };



    template <int dim>
    LandscapeRun<dim>::LandscapeRun(const MPI_Comm communicator,
                                    const Case    &a_case,
                                    RunLog        &log)
      : CaseRun<dim>(communicator,
                     a_case,
                     a_case.optimiser.plain(),
                     log,
                     "landscape")
    {
      if (a_case.paths.starts.empty() && !a_case.learning.is_wanted(false))
        throw EntryError("Trajectories/starts",
                         "",
                         "there is nothing to follow, and Learning "
                         "coefficient/region is none",
                         "Give points where training begins, such as 2, 0.1; "
                         "0.5, 0.5, or a region.");
      if (!a_case.paths.starts.empty() && !loss->is_gradient_flow())
        throw EntryError("Loss/type",
                         "(balanced layers)",
                         "their parameters are not those that gradient descent "
                         "steps in",
                         "Use the full network, or an affine slice of it.");
    }



    template <int dim>
    std::string LandscapeRun<dim>::equation() const
    {
      return a_case.paths.starts.empty() ? "learning coefficient of the loss" :
                                           "paths of training without noise";
    }



    template <int dim>
    void LandscapeRun<dim>::begin()
    {
      for (const auto &given : a_case.paths.starts)
        loss->check_at([&]() {
          dealii::Point<dim> theta;
          for (unsigned int d = 0; d < dim; ++d)
            theta[d] = given[d];
          return theta;
        }());
    }



    template <int dim>
    dealii::Point<dim> LandscapeRun<dim>::start(const unsigned int i) const
    {
      dealii::Point<dim> theta;
      for (unsigned int d = 0; d < dim; ++d)
        theta[d] = a_case.paths.starts[i][d];
      return theta;
    }



    template <int dim>
    double LandscapeRun<dim>::sharpness(const dealii::Point<dim> &theta) const
    {
      return extreme_eigenvalues(loss->hessian(theta)).second;
    }



    template <int dim>
    void LandscapeRun<dim>::answer()
    {
      if (a_case.learning.is_wanted(!a_case.paths.starts.empty()))
        learn();
      else
        summary.set_null("learning",
                         "Learning coefficient/region leaves it out");
      if (a_case.paths.starts.empty())
        {
          summary.set_null("paths", "Trajectories/starts is empty");
          this->draw("plot_learning.py");
          return;
        }
      follow();
      write_paths();
      if (!a_case.paths.learning_rates.empty())
        write_bifurcation();
      this->draw("plot_paths.py");
      if (learning)
        this->draw("plot_learning.py");
    }



    template <int dim>
    void LandscapeRun<dim>::learn()
    {
      const RunLog::Phase phase(log, "learning coefficient");
      dealii::Point<dim>  lower, upper;
      for (unsigned int d = 0; d < dim; ++d)
        {
          lower[d] = a_case.domain.lower[d];
          upper[d] = a_case.domain.upper[d];
        }
      try
        {
          learning = std::make_unique<LearningStudy<dim>>(
            a_case.learning, *loss, lower, upper, communicator);
        }
      catch (const Refusal &refusal)
        {
          // Paths have an answer of their own.
          if (a_case.paths.starts.empty())
            throw;
          summary.set_null("learning", refusal.what());
          return;
        }
      learning->report(summary);
      learning->write(folder.path());
    }



    template <int dim>
    void LandscapeRun<dim>::follow()
    {
      Summary::Json list = Summary::Json::array();
      for (unsigned int i = 0; i < a_case.paths.starts.size(); ++i)
        for (const auto kind : {PathKind::gradient_descent,
                                PathKind::gradient_flow,
                                PathKind::central_flow})
          {
            const RunLog::Phase phase(log, to_text(kind));
            paths.push_back(follow_path(kind,
                                        *loss,
                                        a_case.optimiser.learning_rate,
                                        start(i),
                                        a_case.paths));
            start_of.push_back(i);
            list.push_back(describe(paths.back(), start(i)));
          }
      summary.set("edge_of_stability", 2 / a_case.optimiser.learning_rate);
      summary.set("paths", list);
    }



    template <int dim>
    Summary::Json
    LandscapeRun<dim>::describe(const Path<dim>          &path,
                                const dealii::Point<dim> &start) const
    {
      Summary::Json entry;
      entry["kind"]     = to_text(path.kind);
      entry["start"]    = to_json(dealii::Tensor<1, dim>(start));
      entry["diverged"] = path.has_diverged;
      for (const char *key :
           {"end", "end_error", "loss", "sharpness", "mean", "covariance"})
        entry[key] = nullptr;
      if (path.has_diverged)
        return entry;
      entry["end"]        = to_json(dealii::Tensor<1, dim>(path.end));
      entry["end_error"]  = path.error;
      entry["loss"]       = loss->value(path.end);
      entry["sharpness"]  = sharpness(path.end);
      entry["mean"]       = to_json(path.mean);
      entry["covariance"] = to_json(dealii::Tensor<2, dim>(path.covariance));
      return entry;
    }



    template <int dim>
    void LandscapeRun<dim>::write_paths()
    {
      std::vector<std::string> columns = {"path", "start", "kind", "time"};
      columns.insert(columns.end(),
                     a_case.variables.begin(),
                     a_case.variables.end());
      for (const char *name : {"loss", "sharpness", "oscillation_variance"})
        columns.push_back(name);
      StatisticsFile file(communicator,
                          folder.path() + "/trajectories.csv",
                          columns);
      file.open();
      const std::vector<std::string> names = {
        "path", "kind", "time", "loss", "sharpness", "oscillation_variance"};
      std::vector<Curve> curves;
      for (unsigned int i = 0; i < paths.size(); ++i)
        {
          Curve curve;
          curve.values.resize(names.size());
          for (const auto &moment : paths[i].moments)
            {
              const double              kind = static_cast<int>(paths[i].kind);
              const std::vector<double> values = {double(i),
                                                  kind,
                                                  moment.time,
                                                  loss->value(moment.theta),
                                                  sharpness(moment.theta),
                                                  moment.variance};
              std::vector<double>       row    = {double(i),
                                                  double(start_of[i]),
                                                  kind,
                                                  moment.time};
              curve.points.emplace_back(moment.theta.begin_raw(),
                                        moment.theta.begin_raw() + dim);
              row.insert(row.end(),
                         curve.points.back().begin(),
                         curve.points.back().end());
              row.insert(row.end(), values.begin() + 3, values.end());
              file.add(row);
              for (unsigned int v = 0; v < names.size(); ++v)
                curve.values[v].push_back(values[v]);
            }
          curves.push_back(curve);
        }
      run_on_root(communicator, [&]() {
        write_curves(curves, names, folder.path() + "/solution/paths.vtu");
        return std::string();
      });
    }



    template <int dim>
    void LandscapeRun<dim>::write_bifurcation()
    {
      const RunLog::Phase    phase(log, "bifurcation");
      constexpr unsigned int n_rates = 600, n_last = 64;
      const double           from = a_case.paths.learning_rates[0],
                   to             = a_case.paths.learning_rates[1];
      std::vector<double> rates;
      for (unsigned int i = 0; i < n_rates; ++i)
        rates.push_back(from + (to - from) * i / (n_rates - 1));
      const auto last =
        bifurcation(*loss, rates, start(0), a_case.paths.steps, n_last);
      std::vector<std::string> columns = {"learning_rate"};
      columns.insert(columns.end(),
                     a_case.variables.begin(),
                     a_case.variables.end());
      columns.push_back("loss");
      StatisticsFile file(communicator,
                          folder.path() + "/bifurcation.csv",
                          columns);
      file.open();
      unsigned int diverged = 0;
      for (unsigned int i = 0; i < n_rates; ++i)
        {
          diverged += last[i].empty();
          for (const auto &theta : last[i])
            {
              std::vector<double> row = {rates[i]};
              row.insert(row.end(), theta.begin_raw(), theta.begin_raw() + dim);
              row.push_back(loss->value(theta));
              file.add(row);
            }
        }
      summary.set("bifurcation/learning_rates", a_case.paths.learning_rates);
      summary.set("bifurcation/diverged", diverged);
    }



    template <int dim>
    void LandscapeRun<dim>::set_nulls(const std::string &reason)
    {
      summary.set_null("learning", reason);
      summary.set_null("paths", reason);
    }



    template <int dim>
    std::string LandscapeRun<dim>::last_word() const
    {
      std::string text =
        paths.empty() ?
          "  Findings\n" :
          "  Findings (2/eta = " + to_text(2 / a_case.optimiser.learning_rate) +
            ")\n";
      if (learning)
        text += learning->last_word();
      if (paths.empty())
        return text + "  Files " + folder.path() +
               " (free_energy.csv, volumes.csv, summary.json)\n";
      for (const auto &path : summary.json().at("paths"))
        {
          const auto word = [&](const char *key) {
            return path.at(key).dump();
          };
          text += "  " + path.at("kind").template get<std::string>() +
                  " from " + word("start") + ": " +
                  (path.at("diverged").template get<bool>() ?
                     std::string("diverges") :
                     "ends at " + word("end") + ", sharpness " +
                       word("sharpness") + "; last part: mean " + word("mean") +
                       ", covariance " + word("covariance")) +
                  "\n";
        }
      return text + "  Files " + folder.path() +
             " (trajectories.csv, solution/paths.vtu for ParaView, "
             "summary.json)\n";
    }
  } // namespace



  ExitStatus answer_landscape(const MPI_Comm communicator,
                              const Case    &a_case,
                              const bool     validate,
                              RunLog        &log)
  {
    return answer_case<LandscapeRun>(communicator, a_case, validate, log);
  }
} // namespace sgdfp
