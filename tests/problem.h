// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_TESTS_PROBLEM_H
#define SGDFP_TESTS_PROBLEM_H

#include "models/deep_linear_network.h"
#include "models/expression_loss.h"
#include "models/quadratic_loss.h"
#include "postprocess/current_statistics.h"
#include "postprocess/density_statistics.h"
#include "postprocess/detailed_balance.h"
#include "postprocess/effective_complexity.h"
#include "postprocess/generalisation.h"
#include "postprocess/gibbs_comparison.h"
#include "postprocess/landscape_observables.h"
#include "postprocess/observables.h"
#include "postprocess/slice_statistics.h"
#include "solvers/adaptive.h"

namespace sgdfp
{
  /// A stationary problem put together as an executable does it, on any
  /// communicator, with its answer as a Summary.
  template <int dim>
  struct Problem
  {
    static constexpr int dimension = dim;

    explicit Problem(const MPI_Comm communicator = MPI_COMM_WORLD)
      : communicator(communicator)
      , log(communicator, /*quiet=*/true)
    {}

    MPI_Comm                         communicator;
    RunLog                           log;
    std::shared_ptr<const Loss<dim>> loss;
    NoiseParameters                  noise;
    OptimiserParameters              optimiser;
    DomainParameters                 domain;
    DiscretisationParameters         discretisation_parameters;
    SolverParameters                 solver_parameters;
    ReferenceParameters              reference;
    ObservableParameters             observables;
    std::vector<PredictionLoss<dim>> prediction_losses;
    /// u, v, w unless set
    Vocabulary vocabulary;

    std::unique_ptr<Dynamics<dim>>             dynamics;
    std::unique_ptr<Discretisation<dim>>       discretisation;
    std::unique_ptr<SelfConsistentSolver<dim>> solver;
    std::unique_ptr<AdaptiveSolver<dim>>       adaptive;
    Summary                                    summary;

    void use_box(const double half_width, const unsigned int refinement)
    {
      domain.lower.assign(dim, -half_width);
      domain.upper.assign(dim, half_width);
      domain.initial_refinement = refinement;
    }

    void prepare()
    {
      if (vocabulary.variables.empty())
        {
          vocabulary.variables = {"u", "v", "w"};
          vocabulary.variables.resize(dim);
        }
      dynamics =
        std::make_unique<Dynamics<dim>>(loss, noise, optimiser, vocabulary);
      discretisation = std::make_unique<Discretisation<dim>>(
        communicator,
        ParameterBox<dim>(domain),
        discretisation_parameters.degree,
        noise.stable.is_on() || discretisation_parameters.lumped_mass);
      discretisation->prepare();
    }

    const Law<dim> &solve()
    {
      prepare();
      solver =
        std::make_unique<SelfConsistentSolver<dim>>(*discretisation,
                                                    *dynamics,
                                                    discretisation_parameters,
                                                    solver_parameters,
                                                    log);
      solver->solve();
      return solver->law();
    }

    /// Refines until discretisation_parameters.tolerance holds.
    const Law<dim> &solve_adaptively()
    {
      prepare();
      adaptive =
        std::make_unique<AdaptiveSolver<dim>>(*discretisation,
                                              *dynamics,
                                              discretisation_parameters,
                                              solver_parameters,
                                              log);
      adaptive->solve();
      return adaptive->law();
    }

    /// Solves and reads everything off.
    const Summary::Json &answer()
    {
      const Law<dim>           &law = solve();
      DensityStatistics<dim>    density(law);
      CurrentStatistics<dim>    current(law);
      DetailedBalance<dim>      balance;
      GibbsComparison<dim>      gibbs(law, reference, vocabulary);
      Observables<dim>          means(observables, vocabulary);
      LandscapeObservables<dim> landscape(law, means.names());
      SliceStatistics<dim>      slice(*loss);
      EffectiveComplexity<dim>  complexity(*loss);
      Generalisation<dim>       generalisation(prediction_losses,
                                         reference.noise_variance);
      for (const auto &entry : prediction_losses)
        means.add(entry.name + "_loss",
                  [&entry](const dealii::Point<dim> &theta) {
                    return entry.loss->value(theta);
                  });
      summary = Summary();
      run_postprocessors<dim>(law,
                              {&density,
                               &current,
                               &balance,
                               &gibbs,
                               &means,
                               &landscape,
                               &slice,
                               &complexity,
                               &generalisation},
                              summary);
      const auto *q = (gibbs.reference ? &*gibbs.reference : nullptr);
      means.compare(*discretisation, q, gibbs.reason, summary);
      generalisation.report(law, q, gibbs.reason, summary);
      const Summary::Json T = summary.json()["gibbs"]["nominal_temperature"];
      complexity.report(law,
                        landscape.minimum_loss(),
                        T.is_number() ? boost::make_optional(T.get<double>()) :
                                        boost::none,
                        summary);
      const auto      estimate = estimate_error(law, solver_parameters);
      CurrentEvidence evidence;
      evidence.l1              = current.l1;
      evidence.estimated_error = estimate.current;
      evidence.scale           = estimate.current_scale;
      balance.decide(evidence, summary);
      summary.set("density/boundary_mass", boundary_mass(law));
      write_probes(law, observables, summary);
      return summary.json();
    }

    /// int |p - exact| and (int |p - exact|^2)^(1/2)
    std::pair<double, double>
    errors(const std::function<double(const dealii::Point<dim> &)> &exact) const
    {
      double l1 = 0, l2 = 0;
      solver->law().for_each_point([&](const auto &sample) {
        const double e = sample.law.density() - exact(sample.theta);
        l1 += std::abs(e) * sample.weight;
        l2 += e * e * sample.weight;
      });
      return {dealii::Utilities::MPI::sum(l1, communicator),
              std::sqrt(dealii::Utilities::MPI::sum(l2, communicator))};
    }
  };



  /// L = 1/2 (h_1 u^2 + h_2 v^2) with constant D, box +-(3, 2.2).
  inline std::unique_ptr<Problem<2>>
  ornstein_uhlenbeck(const std::vector<std::vector<double>> &D,
                     const unsigned int                      refinement,
                     const MPI_Comm communicator = MPI_COMM_WORLD)
  {
    auto problem = std::make_unique<Problem<2>>(communicator);
    dealii::SymmetricTensor<2, 2> H;
    H[0][0] = 1;
    H[1][1] = 3;
    problem->loss =
      std::make_shared<QuadraticLoss<2>>(H, dealii::Tensor<1, 2>(), 0.);
    problem->noise.type                = "constant";
    problem->noise.diffusion           = D;
    problem->domain.lower              = {-3, -2.2};
    problem->domain.upper              = {3, 2.2};
    problem->domain.initial_refinement = refinement;
    problem->observables.probe_points  = {{0, 0}, {0.5, -0.25}};
    return problem;
  }



  /// L = r^4/4 with D = I and the drift a r^2 (-v, u) along its contours
  /// [anchors.md, A4]; box +-4. Its law is rotating_quartic_density().
  inline std::unique_ptr<Problem<2>>
  rotating_quartic(const double       a,
                   const unsigned int refinement,
                   const MPI_Comm     communicator = MPI_COMM_WORLD)
  {
    auto problem              = std::make_unique<Problem<2>>(communicator);
    problem->vocabulary       = {{"u", "v"}, {{"a", a}}};
    const std::string quartic = "0.25*(u^2+v^2)^2";
    problem->loss             = std::make_shared<ExpressionLoss<2>>(
      parse_entry("Loss/Expression/loss", quartic, problem->vocabulary),
      quartic,
      "0",
      /*weight_decay=*/0.);
    problem->optimiser.additional_drift = "-a*v*(u^2+v^2), a*u*(u^2+v^2)";
    problem->noise.type                 = "isotropic";
    problem->noise.temperature          = 1;
    problem->use_box(4, refinement);
    return problem;
  }



  /// exp(-r^4/4)/Z, Z = pi^(3/2)
  inline double rotating_quartic_density(const dealii::Point<2> &x)
  {
    return std::exp(-0.25 * x.square() * x.square()) /
           std::pow(dealii::numbers::PI, 1.5);
  }



  /// L = 1/2 |theta|^2 with D = I and the drift a (v, -u) (and 0 in the third
  /// direction); box +-7 (6 in three dimensions). Its law is N(0, I), whatever
  /// a.
  template <int dim>
  std::unique_ptr<Problem<dim>>
  rotating_ornstein_uhlenbeck(const double       a,
                              const unsigned int refinement,
                              const MPI_Comm     communicator = MPI_COMM_WORLD)
  {
    static_assert(dim > 1, "Nothing rotates in one dimension.");
    auto problem = std::make_unique<Problem<dim>>(communicator);
    problem->loss =
      std::make_shared<QuadraticLoss<dim>>(dealii::unit_symmetric_tensor<dim>(),
                                           dealii::Tensor<1, dim>(),
                                           0.);
    problem->vocabulary = {{"u", "v"}, {{"a", a}}};
    if (dim == 3)
      problem->vocabulary.variables.push_back("w");
    problem->optimiser.additional_drift =
      (dim == 2 ? "a*v, -a*u" : "a*v, -a*u, 0");
    problem->noise.type        = "isotropic";
    problem->noise.temperature = 1;
    problem->use_box(dim == 2 ? 7 : 6, refinement);
    return problem;
  }



  /// Normal density with covariance [[a, b], [b, c]].
  inline double normal_density(const dealii::Point<2> &x,
                               const double            a,
                               const double            b,
                               const double            c)
  {
    const double det = a * c - b * b;
    return std::exp(-0.5 *
                    (c * x[0] * x[0] - 2 * b * x[0] * x[1] + a * x[1] * x[1]) /
                    det) /
           (2 * dealii::numbers::PI * std::sqrt(det));
  }



  /// The chain f = theta_1 .. theta_dim x with x ~ N(0, 1), teacher 1, label
  /// noise 1/2.
  template <int dim>
  std::unique_ptr<Problem<dim>>
  scalar_network(const double   weight_decay,
                 const double   learning_rate,
                 const double   floor,
                 const MPI_Comm communicator = MPI_COMM_WORLD)
  {
    auto problem = std::make_unique<Problem<dim>>(communicator);
    dealii::FullMatrix<double> one(1, 1);
    one(0, 0)     = 1;
    problem->loss = std::make_shared<DeepLinearNetwork<dim>>(
      std::vector<unsigned int>(dim + 1, 1),
      DataMoments::gaussian(one, one, 0.5),
      weight_decay);
    problem->optimiser.learning_rate = learning_rate;
    problem->noise.isotropic_floor   = floor;
    return problem;
  }
} // namespace sgdfp

#endif
