// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/sample_file.h"

#include "base/errors.h"
#include "base/text.h"
#include "postprocess/sampler.h"

#include <cstdio>

namespace sgdfp
{
  namespace MPI = dealii::Utilities::MPI;

  namespace
  {
    constexpr const char *condition_entry = "Observables/sample condition";



    template <int dim>
    using Draws = std::vector<typename Sampler<dim>::Draw>;



    /// To the rank that writes them: all ranks in the order of the numbers.
    template <int dim>
    Draws<dim> in_order(const Draws<dim>   &draws,
                        const std::uint64_t n_drawn,
                        const MPI_Comm      communicator)
    {
      const unsigned int n_ranks = MPI::n_mpi_processes(communicator);
      std::map<unsigned int,
               std::vector<std::pair<std::uint64_t, dealii::Point<dim>>>>
        to_rank;
      for (const auto &draw : draws)
        to_rank[static_cast<double>(draw.number) / n_drawn * n_ranks]
          .emplace_back(draw.number, draw.theta);
      const auto from_rank = MPI::some_to_some(communicator, to_rank);
      Draws<dim> result;
      for (const auto &[rank, part] : from_rank)
        for (const auto &[number, theta] : part)
          result.push_back({number, theta});
      std::sort(result.begin(), result.end(), [](const auto &a, const auto &b) {
        return a.number < b.number;
      });
      return result;
    }



    /// Numbers of @p mine on the ranks before this one.
    std::uint64_t before(const std::uint64_t mine, const MPI_Comm communicator)
    {
      const auto         all  = MPI::all_gather(communicator, mine);
      const unsigned int rank = MPI::this_mpi_process(communicator);
      std::uint64_t      sum  = 0;
      for (unsigned int r = 0; r < rank; ++r)
        sum += all[r];
      return sum;
    }



    /// One file of the texts of all ranks, one after another.
    void write_texts(const std::string &text,
                     const std::string &file_name,
                     const MPI_Comm     communicator)
    {
      const std::uint64_t offset = before(text.size(), communicator);
      MPI_File            file;
      int                 status = MPI_File_open(communicator,
                                 file_name.c_str(),
                                 MPI_MODE_CREATE | MPI_MODE_WRONLY,
                                 MPI_INFO_NULL,
                                 &file);
      if (status == MPI_SUCCESS)
        {
          MPI_File_set_size(file, 0); // of an earlier run
          // In portions that an int can count
          constexpr std::size_t portion = 1 << 30;
          const std::uint64_t   n_portions =
            MPI::max<std::uint64_t>(text.size() / portion + 1, communicator);
          for (std::uint64_t k = 0; k < n_portions; ++k)
            {
              const std::size_t first = std::min(k * portion, text.size()),
                                size  = std::min(portion, text.size() - first);
              const int part          = MPI_File_write_at_all(file,
                                                     offset + first,
                                                     text.data() + first,
                                                     size,
                                                     MPI_CHAR,
                                                     MPI_STATUS_IGNORE);
              if (part != MPI_SUCCESS)
                status = part;
            }
          const int end = MPI_File_close(&file);
          if (end != MPI_SUCCESS)
            status = end;
        }
      if (MPI::max(status == MPI_SUCCESS ? 0 : 1, communicator) > 0)
        throw UserError("Cannot write " + file_name + ".");
    }



    void append(const double x, std::string &text)
    {
      char      buffer[32];
      const int n = std::snprintf(buffer, sizeof(buffer), "%.17g", x);
      text.append(buffer, n);
    }



    template <int dim>
    std::string rows(const Draws<dim>       &draws,
                     const Loss<dim>        &loss,
                     const Observables<dim> &observables)
    {
      std::string text;
      for (const auto &draw : draws)
        {
          for (unsigned int d = 0; d < dim; ++d)
            {
              append(draw.theta[d], text);
              text += ',';
            }
          append(loss.value(draw.theta), text);
          for (const double value : observables.values(draw.theta))
            {
              text += ',';
              append(value, text);
            }
          text += '\n';
        }
      return text;
    }
  } // namespace



  void SampleParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Observables");
    prm.add_parameter("samples",
                      samples,
                      "Independent draws from the law, written to samples.csv",
                      Patterns::Integer(0));
    prm.add_parameter("sample seed", seed, "Another seed, other draws");
    prm.add_parameter("sample condition",
                      condition,
                      "Only draws where this expression in the variables is "
                      "true (not 0), such as u*v < 0; empty: all");
    prm.leave_subsection();
  }



  void SampleParameters::check(const Vocabulary &vocabulary) const
  {
    constexpr unsigned int most = 100000000; // they are held in memory
    if (samples > most)
      throw EntryError("Observables/samples",
                       std::to_string(samples),
                       "1e8 draws are the most",
                       "Draw fewer, or several times with other values of "
                       "sample seed.");
    if (!condition.empty())
      parse_entry(condition_entry, condition, vocabulary);
  }



  template <int dim>
  void write_samples(const Law<dim>         &law,
                     const SampleParameters &parameters,
                     const Observables<dim> &observables,
                     const Vocabulary       &vocabulary,
                     const std::string      &folder,
                     RunLog                 &log,
                     Summary                &summary)
  {
    if (parameters.samples == 0)
      return;
    const RunLog::Phase phase(log, "samples");
    const MPI_Comm      communicator = law.discretisation.communicator;
    ExpressionTape      condition;
    if (!parameters.condition.empty())
      condition = ExpressionTape(
        {parse_entry(condition_entry, parameters.condition, vocabulary)});
    const auto is_wanted = [&](const dealii::Point<dim> &theta) {
      double value = 1;
      if (!parameters.condition.empty())
        condition.evaluate(theta.begin_raw(), &value);
      return value != 0;
    };

    constexpr std::uint64_t rarest = 10000; // draws for one that is kept
    Sampler<dim>            sampler(law, parameters.seed);
    Draws<dim>              kept;
    std::uint64_t           n_drawn = 0, n_kept = 0;
    while (n_kept < parameters.samples &&
           n_drawn < rarest * std::max(100u, parameters.samples))
      {
        // As many as seem to be missing, and never too many at once
        const double        share = (n_kept > 0   ? double(n_kept) / n_drawn :
                                     n_drawn == 0 ? 1. :
                                                    0.01);
        const std::uint64_t n =
          std::min<double>((parameters.samples - n_kept) / share * 1.05 + 100,
                           5e7);
        for (const auto &draw : sampler.next(n))
          if (is_wanted(draw.theta))
            kept.push_back(draw);
        n_drawn += n;
        n_kept = MPI::sum<std::uint64_t>(kept.size(), communicator);
      }
    const double share        = double(n_kept) / n_drawn;
    kept                      = in_order<dim>(kept, n_drawn, communicator);
    const std::uint64_t first = before(kept.size(), communicator);
    if (first + kept.size() > parameters.samples)
      kept.resize(parameters.samples -
                  std::min<std::uint64_t>(first, parameters.samples));

    std::string text;
    if (MPI::this_mpi_process(communicator) == 0)
      {
        for (const std::string &name : vocabulary.variables)
          text += name + ",";
        text += "loss";
        for (const std::string &name : observables.names())
          text += "," + name;
        text += "\n";
      }
    text += rows(kept, law.dynamics.loss(), observables);
    write_texts(text, folder + "/samples.csv", communicator);

    const std::uint64_t number =
      std::min<std::uint64_t>(n_kept, parameters.samples);
    summary.set("samples/number", number);
    summary.set("samples/seed", parameters.seed);
    summary.set("samples/error", sampler.error());
    if (!parameters.condition.empty())
      {
        summary.set("samples/condition", parameters.condition);
        summary.set("samples/probability_of_condition", share);
        summary.set("samples/probability_error",
                    std::sqrt(share * (1 - share) / n_drawn));
      }
    if (number < parameters.samples)
      log.warn("only " + std::to_string(number) + " of " +
               std::to_string(n_drawn) + " draws meet " + condition_entry +
               ": samples.csv has no more");
  }



#define INSTANTIATE(dim)                                \
  template void write_samples(const Law<dim> &,         \
                              const SampleParameters &, \
                              const Observables<dim> &, \
                              const Vocabulary &,       \
                              const std::string &,      \
                              RunLog &,                 \
                              Summary &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE

} // namespace sgdfp
