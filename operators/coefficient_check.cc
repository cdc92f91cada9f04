// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/coefficient_check.h"

#include "base/errors.h"

namespace sgdfp
{
  namespace
  {
    /// The complaint about the first point of this rank, if there is one.
    template <int dim>
    boost::optional<EntryError> first_complaint(
      const Discretisation<dim>                             &discretisation,
      const std::function<void(const dealii::Point<dim> &)> &check)
    {
      try
        {
          discretisation.for_each_quadrature_point(check);
        }
      catch (const EntryError &error)
        {
          return error;
        }
      return {};
    }



    /// @p text of the root rank on every rank.
    std::string from(const unsigned int root,
                     const std::string &text,
                     const MPI_Comm     communicator)
    {
      return dealii::Utilities::MPI::broadcast(communicator, text, root);
    }
  } // namespace



  void throw_everywhere(const MPI_Comm                     communicator,
                        const boost::optional<EntryError> &complaint)
  {
    using namespace dealii::Utilities::MPI;
    const unsigned int nobody = n_mpi_processes(communicator);
    const unsigned int first =
      min(complaint ? this_mpi_process(communicator) : nobody, communicator);
    if (first == nobody)
      return;
    const auto part = [&](const std::string &text) {
      return from(first, text, communicator);
    };
    const EntryError  empty("", "", "", "");
    const EntryError &mine = complaint ? *complaint : empty;
    throw EntryError(part(mine.entry),
                     part(mine.value),
                     part(mine.reason),
                     part(mine.remedy));
  }



  template <int dim>
  void check_coefficients(
    const Discretisation<dim>                             &discretisation,
    const Dynamics<dim>                                   &dynamics,
    const std::function<void(const dealii::Point<dim> &)> &also)
  {
    const auto complaint =
      first_complaint<dim>(discretisation, [&](const dealii::Point<dim> &x) {
        dynamics.check_at(x);
        if (also)
          also(x);
      });
    throw_everywhere(discretisation.communicator, complaint);
  }



  template void
  check_coefficients(const Discretisation<1> &,
                     const Dynamics<1> &,
                     const std::function<void(const dealii::Point<1> &)> &);
  template void
  check_coefficients(const Discretisation<2> &,
                     const Dynamics<2> &,
                     const std::function<void(const dealii::Point<2> &)> &);
  template void
  check_coefficients(const Discretisation<3> &,
                     const Dynamics<3> &,
                     const std::function<void(const dealii::Point<3> &)> &);
} // namespace sgdfp
