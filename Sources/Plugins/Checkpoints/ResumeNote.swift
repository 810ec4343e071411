import Host
import Lua

/// What a user who stops a training is told: what is saved, and how to go on.
final class ResumeNote {
    /// "350 steps are saved in model.safetensors"; nil before the first save.
    var saved: String? {
        didSet { update() }
    }
    /// The command that goes on; nil where the script has no option for it.
    var command: String? {
        didSet { update() }
    }
    private let note: InterruptNote

    init(_ note: InterruptNote) { self.note = note }

    private func update() {
        note.text = saved.map { saved in
            saved + (command.map { "; this goes on from there:\n    \($0)" } ?? "")
        }
    }
}

extension LuaRuntime {
    /// The note that belongs to a script's state.
    var resumeNote: ResumeNote { attachment { ResumeNote(attachment { InterruptNote() }) } }
}
