// SPDX-License-Identifier: GPL-3.0-or-later
// KineticStudy: the errors of its answers.
#include "solvers/kinetic_study.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  template <int dim>
  typename KineticStudy<dim>::Errors
  KineticStudy<dim>::difference(const Solved           &fine,
                                const Solved           &other,
                                dealii::Vector<double> *cells) const
  {
    Errors       errors;
    const double s       = choice.thermal_velocity.norm();
    const auto   nearest = [](const std::complex<double>               value,
                            const std::vector<std::complex<double>> &list) {
      const auto place =
        std::min_element(list.begin(),
                         list.end(),
                         [&](const auto &a, const auto &b) {
                           return std::abs(a - value) < std::abs(b - value);
                         });
      return static_cast<std::size_t>(place - list.begin());
    };
    const auto &of_fine = fine.answer, &of_other = other.answer;
    for (std::size_t i = 0; i < of_fine.figures.size(); ++i)
      {
        const auto value = of_fine.figures[i];
        errors.figures.push_back(std::abs(
          value -
          (i < of_fine.n_eigenvalues ?
             of_other.eigenvalues[nearest(value, of_other.eigenvalues)] :
             of_other
               .figures[i - of_fine.n_eigenvalues + of_other.n_eigenvalues])));
      }
    bool is_first = true;
    for (std::size_t i = 0; i < of_fine.densities.size(); ++i)
      {
        const auto        label = of_fine.labels[i];
        const std::size_t j     = nearest(label, of_other.labels);
        constexpr double  alike = 0.1;
        if (std::abs(of_other.labels[j] - label) > alike * std::abs(label))
          continue;
        const KineticLaw<dim> a(fine.system->generator, of_fine.densities[i]),
          b(other.system->generator, of_other.densities[j]);
        const auto &rule = fine.system->discretisation.quadrature;
        typename KineticLaw<dim>::Evaluator at(a, rule), bt(b, rule);
        dealii::Vector<double> local(discretisation.mesh->n_active_cells());
        double                 sums[3] = {0, 0, 0};
        for (const auto &cell :
             fine.system->discretisation.dof_handler.active_cell_iterators())
          if (cell->is_locally_owned())
            {
              at.reinit(cell);
              bt.reinit(cell);
              for (unsigned int q = 0; q < rule.size(); ++q)
                {
                  const double JxW = at.points().JxW(q);
                  const auto   x = at.moments(q), y = bt.moments(q);
                  const double p = std::abs(x.density - y.density) * JxW;
                  sums[0] += p;
                  sums[1] += (x.flux - y.flux).norm() * JxW;
                  sums[2] += std::abs(x.density) * JxW;
                  local(cell->active_cell_index()) +=
                    p + (x.flux - y.flux).norm() * JxW / s;
                }
            }
        dealii::Utilities::MPI::sum(sums, discretisation.communicator, sums);
        if (i == 0 || goal == Goal::laws)
          {
            errors.density = std::max(errors.density, sums[0]);
            errors.flux    = std::max(errors.flux, sums[1] / s);
          }
        if (cells != nullptr)
          {
            if (is_first)
              cells->reinit(local.size());
            is_first = false;
            cells->add(1 / sums[2], local);
          }
      }
    return errors;
  }



  template <int dim>
  double KineticStudy<dim>::relative(const Errors        &errors,
                                     const KineticAnswer &answer) const
  {
    if (goal != Goal::figures)
      return std::max(errors.density, errors.flux);
    double result = 0;
    for (std::size_t i = 0; i < errors.figures.size(); ++i)
      if (std::abs(answer.figures[i]) > 0)
        {
          const double e = errors.figures[i] / std::abs(answer.figures[i]);
          result         = (e <= result ? result : e); // NaN is the largest
        }
    return result;
  }



  template <int dim>
  void KineticStudy<dim>::estimate_velocity_error()
  {
    velocity_errors = Errors();
    if (lower)
      velocity_errors = difference(*coarse, *lower, nullptr);
    const double change = relative(velocity_errors, coarse->answer);
    if (last_change > 0)
      {
        constexpr double largest = 0.95;
        const double     r       = std::min(largest, change / last_change);
        const double     factor  = (r > 0.5 ? r / (1 - r) : 1.);
        velocity_errors.density *= factor;
        velocity_errors.flux *= factor;
        for (double &e : velocity_errors.figures)
          e *= factor;
      }
    last_change = change;
  }



  template <int dim>
  typename KineticStudy<dim>::Errors KineticStudy<dim>::errors() const
  {
    Errors sum = mesh_errors;
    for (const Errors *part : {&velocity_errors, &bracket})
      {
        sum.density += part->density;
        sum.flux += part->flux;
        for (std::size_t i = 0;
             i < std::min(sum.figures.size(), part->figures.size());
             ++i)
          sum.figures[i] += part->figures[i];
      }
    return sum;
  }



#define INSTANTIATE(dim)                                                     \
  template typename KineticStudy<dim>::Errors KineticStudy<dim>::difference( \
    const Solved &, const Solved &, dealii::Vector<double> *) const;         \
  template double KineticStudy<dim>::relative(const Errors &,                \
                                              const KineticAnswer &) const;  \
  template void   KineticStudy<dim>::estimate_velocity_error();              \
  template typename KineticStudy<dim>::Errors KineticStudy<dim>::errors() const;

  INSTANTIATE(1)
  INSTANTIATE(2)
#undef INSTANTIATE
} // namespace sgdfp
