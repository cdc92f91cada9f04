// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/row_influence.h"

#include "base/statistics_file.h"
#include "base/text.h"
#include "fractional/make_generator.h"
#include "solvers/stationary.h"

#include <algorithm>
#include <numeric>

namespace sgdfp
{
  namespace
  {
    constexpr const char *entry_of_influence = "Observables/row influence";



    /// The rows are read after the law was solved, from a file that must still
    /// be the one of the law.
    /// @throws UserError
    void check_file(const Case        &a_case,
                    const DataMoments &of_law,
                    const MPI_Comm     communicator)
    {
      const std::string name = a_case.loss.data_file(a_case.folder());
      const DataMoments now =
        DataMoments::from_file(communicator,
                               name,
                               of_law.n_inputs,
                               of_law.n_outputs,
                               a_case.loss.weights_of_rows());
      if (now.third != of_law.third || now.mean() != of_law.mean() ||
          now.residual_loss != of_law.residual_loss)
        throw UserError("The data file '" + name +
                        "' was changed during the run, before the influence "
                        "of its rows was computed. Run again.");
    }
  } // namespace



  void check_row_influence(const Case &a_case)
  {
    const auto refuse = [](const std::string &reason,
                           const std::string &way_out) {
      throw EntryError(entry_of_influence, "true", reason, way_out);
    };
    const auto &optimiser = a_case.optimiser;
    if (a_case.observables.functions.empty() &&
        !a_case.generalisation.is_wanted())
      refuse("there is no observable to have an influence on",
             "Give Observables/functions or test data.");
    if (a_case.loss.type != "deep linear network" || a_case.loss.data != "file")
      refuse("there are no rows of a data file",
             "Set Loss/Deep linear network/data = file.");
    if (a_case.loss.is_balanced())
      refuse("the parameters of a balanced network are curved coordinates",
             "Use structure = full or diagonal.");
    if (optimiser.is_underdamped() || optimiser.is_modified() ||
        optimiser.is_discrete() || a_case.noise.stable.is_on())
      refuse("it is for the plain equation d theta = b dt + sqrt(2 D) dW",
             "Leave out momentum, drift, discrete time and jumps.");
    if (optimiser.sampling != "with replacement")
      refuse("weights of rows have a meaning only if they are drawn with "
             "replacement",
             "Set Optimiser/sampling = with replacement.");
  }



  template <int dim>
  RowInfluence<dim>::RowInfluence(const Law<dim>         &law,
                                  const Case             &a_case,
                                  const Observables<dim> &observables)
    : law(law)
    , observables(observables)
    , network(dynamic_cast<const Network<dim> &>(law.dynamics.loss()))
    , rows(read_rows(law.discretisation.communicator,
                     a_case.loss.data_file(a_case.folder()),
                     network.data().n_inputs,
                     network.data().n_outputs,
                     a_case.loss.weights_of_rows()))
    , noise_factor(a_case.noise.type == "minibatch" ?
                     a_case.optimiser.learning_rate /
                       (2. * a_case.optimiser.batch_size) :
                     0.)
    , calculus(a_case.noise.calculus_parameter())
    , n_monomials(network.data().n_monomials())
  {
    check_file(a_case, network.data(), law.discretisation.communicator);
    prepare_slopes();
    combine(integrate(solve_adjoint(a_case)));
  }



  template <int dim>
  void RowInfluence<dim>::prepare_slopes()
  {
    const SampleGradient<dim> sample = *network.sample_gradient();
    const DataMoments        &data   = network.data();
    const unsigned int        n_in   = data.n_inputs;
    slopes.resize(n_monomials);
    for (unsigned int a = 0; a < data.n_outputs; ++a)
      for (unsigned int b = 0; b < n_in; ++b)
        for (unsigned int i = 0; i < dim; ++i)
          {
            const Polynomial<dim> &slope = sample.slopes[a * n_in + b][i];
            slopes[data.output_monomial(a, b)][i] = slope * -1.;
            for (unsigned int c = 0; c < n_in; ++c)
              {
                auto &of_inputs = slopes[data.input_monomial(b, c)][i];
                of_inputs = of_inputs + slope * sample.product[a * n_in + c];
              }
          }
    gradients.resize(n_monomials);
    for (unsigned int q = 0; q < n_monomials; ++q)
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          gradients[q][i][j] = slopes[q][i].derivative(j);
  }



  template <int dim>
  std::vector<typename RowInfluence<dim>::Slope>
  RowInfluence<dim>::slopes_at(const dealii::Point<dim> &theta) const
  {
    std::vector<Slope> result(n_monomials);
    for (unsigned int q = 0; q < n_monomials; ++q)
      for (unsigned int i = 0; i < dim; ++i)
        {
          result[q].value[i] = slopes[q][i](theta);
          for (unsigned int j = 0; j < dim; ++j)
            result[q].gradient[i][j] = gradients[q][i][j](theta);
        }
    return result;
  }



  template <int dim>
  std::vector<Vector> RowInfluence<dim>::solve_adjoint(const Case &a_case) const
  {
    const Discretisation<dim> &discretisation = law.discretisation;
    TrialSpace<dim>            trial_space(discretisation);
    trial_space.use_same_as(law.trial());
    const auto generator =
      make_generator(discretisation, law.dynamics, trial_space);
    generator->prepare();
    generator->assemble();
    Vector P = discretisation.owned_vector();
    P        = law.nodal_density();
    P.scale(generator->left_null_vector());
    P /= generator->mass_functional() * P;
    LinearSolver solver(discretisation.communicator, a_case.solver);
    solver.factorise(*generator, round_off_shift(*generator));

    std::vector<Vector> result;
    for (const auto &moments :
         observables.functionals(discretisation, trial_space, [](const Cell &) {
           return true;
         }))
      {
        Vector right_side = generator->mass_functional();
        right_side *= moments.first * P;
        right_side -= moments.first;
        right_side.scale(generator->left_null_vector());
        Vector phi = generator->zero(), residual = right_side,
               correction = generator->zero();
        // The shift leaves a constant, of which nothing depends, and an error
        // of its size over that of the slowest rate, which a second step
        // removes.
        constexpr unsigned int n_steps = 2;
        for (unsigned int step = 0; step < n_steps; ++step)
          {
            solver.solve(correction, residual, /*transposed=*/true);
            correction.scale(generator->left_null_vector());
            Vector constant = generator->left_null_vector();
            constant *= (correction * constant) / (constant * constant);
            correction -= constant;
            phi += correction;
            generator->apply_adjoint(residual, phi);
            residual.sadd(-1., 1., right_side);
            residual.scale(generator->left_null_vector());
          }
        discretisation.constraints.distribute(phi);
        result.push_back(discretisation.ghosted(phi));
      }
    return result;
  }



  template <int dim>
  std::vector<typename RowInfluence<dim>::Sums>
  RowInfluence<dim>::integrate(const std::vector<Vector> &adjoint) const
  {
    using namespace dealii;
    const Discretisation<dim> &discretisation = law.discretisation;
    const unsigned int         n              = n_monomials;
    std::vector<Sums>          sums(adjoint.size(),
                           {std::vector<double>(n, 0.),
                                     std::vector<double>(n * n, 0.)});
    FEValues<dim>              fe_values(discretisation.mapping,
                            discretisation.element,
                            discretisation.quadrature,
                            update_values | update_gradients |
                              update_quadrature_points | update_JxW_values);
    std::vector<LocalLaw<dim>> values;
    std::vector<std::vector<Tensor<1, dim>>> grad_phi(
      adjoint.size(),
      std::vector<Tensor<1, dim>>(fe_values.n_quadrature_points));
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          law.evaluate(fe_values, false, values);
          for (unsigned int k = 0; k < adjoint.size(); ++k)
            fe_values.get_function_gradients(adjoint[k], grad_phi[k]);
          for (const unsigned int point : fe_values.quadrature_point_indices())
            {
              const auto G = slopes_at(fe_values.quadrature_point(point));
              const LocalLaw<dim> &local = values[point];
              const double         p     = local.density();
              const Tensor<1, dim> grad_p =
                std::exp(local.l) * (local.grad_u + local.u * local.grad_l);
              for (unsigned int k = 0; k < adjoint.size(); ++k)
                for (unsigned int q = 0; q < n; ++q)
                  {
                    const double dx    = fe_values.JxW(point);
                    const double along = grad_phi[k][point] * G[q].value;
                    sums[k].linear[q] -= dx * p * along;
                    if (noise_factor == 0)
                      continue;
                    for (unsigned int r = 0; r < n; ++r)
                      {
                        // div of G_q G_r^T
                        const Tensor<1, dim> divergence =
                          G[q].gradient * G[r].value +
                          trace(G[r].gradient) * G[q].value;
                        sums[k].quadratic[q * n + r] -=
                          noise_factor * dx *
                          ((1 - calculus) * p *
                             (grad_phi[k][point] * divergence) +
                           along * (G[r].value * grad_p));
                      }
                  }
            }
        }
    for (Sums &s : sums)
      {
        Utilities::MPI::sum(s.linear, discretisation.communicator, s.linear);
        Utilities::MPI::sum(s.quadratic,
                            discretisation.communicator,
                            s.quadratic);
      }
    return sums;
  }



  template <int dim>
  std::vector<double> RowInfluence<dim>::mean_losses() const
  {
    const DataMoments  &data = network.data();
    std::vector<double> c(n_monomials, 0.);
    double              mass = 0;
    law.for_each_point([&](const typename Law<dim>::Sample &sample) {
      const double dm = sample.law.density() * sample.weight;
      mass += dm;
      const auto at = data.loss_coefficients(network.end_to_end(sample.theta));
      for (unsigned int q = 0; q < n_monomials; ++q)
        c[q] += dm * at[q];
    });
    c.push_back(mass);
    dealii::Utilities::MPI::sum(c, law.discretisation.communicator, c);
    std::vector<double> result, m(n_monomials);
    for (unsigned int i = 0; i < rows.size(); ++i)
      {
        const std::vector<double> y = rows.outputs(i);
        data.evaluate(rows.inputs(i), y, m);
        double loss =
          0.5 * std::inner_product(y.begin(), y.end(), y.begin(), 0.);
        for (unsigned int q = 0; q < n_monomials; ++q)
          loss += c[q] / c.back() * m[q];
        result.push_back(loss);
      }
    return result;
  }



  template <int dim>
  void RowInfluence<dim>::combine(const std::vector<Sums> &sums)
  {
    const DataMoments        &data       = network.data();
    const auto                covariance = data.covariance();
    const std::vector<double> mean       = data.mean();
    const auto                names      = observables.names();
    const double              W =
      std::accumulate(rows.weights.begin(), rows.weights.end(), 0.);
    std::vector<double> own; // of train_loss
    double              mean_own = 0;
    for (unsigned int k = 0; k < sums.size(); ++k)
      {
        std::vector<double> of_rows, d(n_monomials);
        double              trace = 0;
        for (unsigned int q = 0; q < n_monomials; ++q)
          for (unsigned int r = 0; r < n_monomials; ++r)
            trace += sums[k].quadratic[q * n_monomials + r] * covariance(q, r);
        if (names[k] == "train_loss")
          {
            own = mean_losses();
            for (unsigned int i = 0; i < rows.size(); ++i)
              mean_own += rows.weights[i] / W * own[i];
          }
        for (unsigned int i = 0; i < rows.size(); ++i)
          {
            data.evaluate(rows.inputs(i), rows.outputs(i), d);
            double sum = -trace;
            for (unsigned int q = 0; q < n_monomials; ++q)
              d[q] -= mean[q];
            for (unsigned int q = 0; q < n_monomials; ++q)
              {
                sum += sums[k].linear[q] * d[q];
                for (unsigned int r = 0; r < n_monomials; ++r)
                  sum += sums[k].quadratic[q * n_monomials + r] * d[q] * d[r];
              }
            if (names[k] == "train_loss")
              sum += own[i] - mean_own;
            of_rows.push_back(sum / W);
          }
        derivatives.push_back(of_rows);
      }
  }



  template <int dim>
  void RowInfluence<dim>::write(const std::string &folder,
                                const MPI_Comm     communicator) const
  {
    std::vector<std::string> columns = {"row", "weight"};
    for (unsigned int b = 0; b < network.data().n_inputs; ++b)
      columns.push_back("x" + std::to_string(b + 1));
    for (unsigned int a = 0; a < network.data().n_outputs; ++a)
      columns.push_back("y" + std::to_string(a + 1));
    for (const std::string &name : observables.names())
      columns.push_back("d_" + name);
    StatisticsFile file(communicator, folder + "/influence.csv", columns);
    file.open();
    for (unsigned int i = 0; i < rows.size(); ++i)
      {
        std::vector<double> line = {i + 1., rows.weights[i]};
        for (const auto &values : {rows.inputs(i), rows.outputs(i)})
          line.insert(line.end(), values.begin(), values.end());
        for (const auto &of_rows : derivatives)
          line.push_back(of_rows[i]);
        file.add(line);
      }
  }



  template <int dim>
  void RowInfluence<dim>::report(Summary &summary) const
  {
    const auto names = observables.names();
    for (unsigned int k = 0; k < names.size(); ++k)
      {
        const auto       &of_rows = derivatives[k];
        const std::string path    = "influence/" + names[k] + "/";
        const auto        extremes =
          std::minmax_element(of_rows.begin(), of_rows.end());
        for (const auto &[key, at] : {std::make_pair("least", extremes.first),
                                      std::make_pair("most", extremes.second)})
          {
            summary.set(path + key + "_row", at - of_rows.begin() + 1);
            summary.set(path + key, *at);
          }
        summary.set(path + "sum",
                    std::inner_product(of_rows.begin(),
                                       of_rows.end(),
                                       rows.weights.begin(),
                                       0.));
      }
  }



  template class RowInfluence<1>;
  template class RowInfluence<2>;
  template class RowInfluence<3>;
} // namespace sgdfp
