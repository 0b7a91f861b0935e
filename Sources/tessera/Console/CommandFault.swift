import ArgumentParser
import Cells
import Foundation
import Inference
import Lenses
import LinearProgramming
import ModelFiles
import TerminalUI
import Tokenization
import Workbench

/// How a command ends: the exit codes of `sysexits.h`, and 128 + n after signal n.
enum ExitStatus: Equatable {
  /// Done.
  case done
  /// The command line was used wrongly.
  case usage
  /// A model, theme, session or text has bad content.
  case badData
  /// There is no such input file.
  case noInput
  /// What is needed is not installed, or cannot be reached.
  case unavailable
  /// A fault of Tessera's own.
  case software
  /// A file or folder cannot be created.
  case cannotCreate
  /// Reading or writing failed.
  case inputOutput
  /// A signal asked the process to stop; SIGINT gives 130.
  case stopped(signal: Int32)

  var code: Int32 {
    switch self {
    case .done: 0
    case .usage: 64
    case .badData: 65
    case .noInput: 66
    case .unavailable: 69
    case .software: 70
    case .cannotCreate: 73
    case .inputOutput: 74
    case .stopped(let signal): 128 + signal
    }
  }
}

/// Why a command ends early: its exit code, and the one line that says why.
struct CommandFault: Error, Equatable {
  var status: ExitStatus
  /// What, where, and what would mend it; nil where silence is right, as after Ctrl-C.
  var message: String?

  init(_ status: ExitStatus, _ message: String?) {
    self.status = status
    self.message = message
  }

  /// The reader of our output went away: nothing to say, and no fault.
  static let readerGone = CommandFault(.done, nil)

  /// The fault that stands for any error a command may throw.
  init(describing error: any Error) {
    switch error {
    case let fault as CommandFault:
      self = fault
    case let stop as Interruption.Stop:
      self.init(.stopped(signal: stop.signal), nil)
    case let fault as FileFault:
      self.init(.badData, fault.description)
    case let fault as TrainingFault:
      self.init(fault.isAboutSettings ? .usage : .badData, fault.description)
    case let fault as LinearProgramFault:
      self.init(fault == .solverMissing ? .unavailable : .software, fault.description)
    case let fault as EvaluationFault:
      self.init(.badData, fault.description)
    case let fault as LensFault:
      self.init(.usage, fault.description)
    case let fault as ThemeFault:
      self.init(.badData, fault.description)
    case let fault as KeyFileFault:
      self.init(.badData, fault.description)
    case let fault as SessionFault:
      self.init(.badData, fault.description)
    case let fault as TerminalFault:
      self.init(.unavailable, fault.description)
    case is CancellationError:
      self.init(.stopped(signal: SIGINT), nil)
    default:
      self.init(parserError: error)
    }
  }

  private init(parserError error: any Error) {
    let code = Tessera.exitCode(for: error)
    let message = Tessera.message(for: error)
      .split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .joined(separator: " ")
    guard code == .validationFailure else {
      self.init(.software, message)
      return
    }
    self.init(.usage, message + " (tessera --help lists what there is)")
  }
}
