// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/interruption.h"

#include <csignal>

namespace sgdfp
{
  namespace
  {
    // What a handler may touch.
    volatile std::sig_atomic_t received = 0;

    extern "C" void note_signal(const int signal)
    {
      received = signal;
      std::signal(signal, SIG_DFL);
    }
  } // namespace



  Interruption::Interruption()
  {
    received = 0;
    std::signal(SIGTERM, &note_signal);
    std::signal(SIGINT, &note_signal);
  }



  Interruption::~Interruption()
  {
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
  }



  int Interruption::signal(const MPI_Comm communicator) const
  {
    return dealii::Utilities::MPI::max(static_cast<int>(received),
                                       communicator);
  }
} // namespace sgdfp
